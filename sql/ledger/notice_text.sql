/*
 * notice_text: the texts of notices by action, language and channel. Like a
 * policy, a text is never changed: a new version takes its place, and a notice
 * names the version that it was written with, so it can be printed again as it
 * was sent.
 */
CREATE SEQUENCE notice_text_id_seq;
CREATE TABLE notice_text (
    id       bigint PRIMARY KEY DEFAULT nextval('notice_text_id_seq'),
    action   text NOT NULL,
    language text NOT NULL CHECK (language ~ '^[a-z]{2}$'),
    channel  text NOT NULL DEFAULT 'any',
    subject  text NOT NULL,
    body     text NOT NULL,
    line     text NOT NULL,
    current  boolean NOT NULL DEFAULT true,
    CONSTRAINT notice_text_placeholders CHECK (
        placeholders(subject) || placeholders(body) <@ notice_placeholders('body') AND placeholders(line) <@ notice_placeholders('line'))
);
ALTER SEQUENCE notice_text_id_seq OWNED BY notice_text.id;
CREATE UNIQUE INDEX notice_text_current ON notice_text (action, language, channel) WHERE current;
COMMENT ON TABLE notice_text IS 'Texts of notices; set_notice_text() writes them. Where there is none, deliverers get the figures alone.';
COMMENT ON COLUMN notice_text.id IS 'Opaque: one version of one text.';
COMMENT ON COLUMN notice_text.action IS 'The action of a dunning step: upcoming, reminder, ...; instalment_upcoming, instalment_late.';
COMMENT ON COLUMN notice_text.language IS 'ISO 639-1. A customer whose language has no text gets the English one.';
COMMENT ON COLUMN notice_text.channel IS 'For one channel only; any: for all that have none of their own.';
COMMENT ON COLUMN notice_text.subject IS 'Subject line, with placeholders.';
COMMENT ON COLUMN notice_text.body IS 'The text, with placeholders: {customer}, {customer_number}, {address}, {email}, {phone}, {sender}, {bank_account}, {notice}, {issued_on}, {respond_by}, {currency}, {amount} (all that is asked for), {costs} (of it, costs and interest), {lines}; of the leading claim {invoice}, {reference} (its number, if it has none), {due_on}, {days_late}; of an instalment these two are its own, and {instalment} its number.';
COMMENT ON COLUMN notice_text.line IS 'What {lines} has for each claim, a line each: {invoice}, {reference}, {due_on}, {days_late}, {currency}, {amount} (as issued), {paid}, {open_amount}, {asked} (of that, what is asked for).';
COMMENT ON COLUMN notice_text.current IS 'Whether new notices are written with it.';

-- The texts that a ledger begins with. In JSON, for its escapes: the script of an extension is read in the encoding of the
-- database, which may not know all letters. A language that it can't write is left out.
DO $$
DECLARE
    texts text;
BEGIN
    FOREACH texts IN ARRAY ARRAY[
'{"language": "en", "line": "{invoice}, due {due_on}: {currency} {amount}, paid {paid}, to pay {asked}", "texts": [
    {"action": "instalment_upcoming", "subject": "Instalment {instalment} will be due on {due_on}",
     "body": "Dear {customer},\n\nBy our payment plan, instalment {instalment} of {currency} {amount} is due on {due_on}. Please pay in time, quoting {reference}.\n{bank_account}\n\nKind regards,\n{sender}"},
    {"action": "instalment_late", "subject": "Instalment {instalment} was due on {due_on}",
     "body": "Dear {customer},\n\nOf instalment {instalment} of our payment plan, due on {due_on}, we have not received {currency} {amount}. Please pay at once, quoting {reference}: if it is not paid, the plan ends.\n{bank_account}\n\nYours sincerely,\n{sender}"},
    {"action": "upcoming", "subject": "Invoice {invoice} will be due on {due_on}",
     "body": "Dear {customer},\n\nThis is to remind you of what will be due soon:\n\n{lines}\n\nPlease pay {currency} {amount} in time, quoting {reference}.\n{bank_account}\n\nKind regards,\n{sender}"},
    {"action": "reminder", "subject": "Reminder: invoice {invoice}",
     "body": "Dear {customer},\n\nPerhaps it has escaped your attention that the following is past due:\n\n{lines}\n\nPlease pay {currency} {amount} by {respond_by}, quoting {reference}.\n{bank_account}\n\nIf you have paid in the meantime, please disregard this letter. If something is wrong with the invoice, let us know.\n\nKind regards,\n{sender}"},
    {"action": "final_notice", "subject": "Last reminder: invoice {invoice}",
     "body": "Dear {customer},\n\nIn spite of our reminder the following has not been paid:\n\n{lines}\n\nWe ask you to pay {currency} {amount} by {respond_by}, quoting {reference}.\n{bank_account}\n\nIf you can''t pay at once, please get in touch with us before that day.\n\nYours sincerely,\n{sender}"},
    {"action": "call", "subject": "Call {customer}, {phone}",
     "body": "Call {customer} ({customer_number}), {phone}.\n\nOpen: {currency} {amount}, the oldest {days_late} days late.\n\n{lines}"},
    {"action": "default_notice", "subject": "Notice of default: invoice {invoice}",
     "body": "Dear {customer},\n\nYou have not paid the following in spite of our reminders:\n\n{lines}\n\nWe hereby give you notice of default. You have until {respond_by} to pay {currency} {amount}, quoting {reference}.\n{bank_account}\n\nIf it has not been received by that day, we will hand the claim over for collection.\n\nYours sincerely,\n{sender}"},
    {"action": "escalate", "subject": "Overdue: {customer}, {currency} {amount}",
     "body": "{customer} ({customer_number}) has not paid {currency} {amount}, the oldest {days_late} days late. Please decide what is to be done.\n\n{lines}"},
    {"action": "stop_supply", "subject": "Deliveries stopped",
     "body": "Dear {customer},\n\nAs the following has not been paid, we make no further deliveries until it is:\n\n{lines}\n\nPlease pay {currency} {amount}, quoting {reference}.\n{bank_account}\n\nYours sincerely,\n{sender}"},
    {"action": "hand_over", "subject": "For collection: {customer}, {currency} {amount}",
     "body": "We hand over to you for collection the following claims on {customer} ({customer_number}):\n\n{address}\n{email}\n{phone}\n\n{lines}\n\nTotal: {currency} {amount}, of which costs and interest {costs}.\n\n{sender}"}]}',
'{"language": "nl", "line": "{invoice}, vervaldatum {due_on}: {currency} {amount}, betaald {paid}, te betalen {asked}", "texts": [
    {"action": "instalment_upcoming", "subject": "Termijn {instalment} vervalt op {due_on}",
     "body": "Geachte {customer},\n\nVolgens onze betalingsregeling vervalt termijn {instalment} van {currency} {amount} op {due_on}. Wilt u op tijd betalen, onder vermelding van {reference}?\n{bank_account}\n\nMet vriendelijke groet,\n{sender}"},
    {"action": "instalment_late", "subject": "Termijn {instalment} is vervallen op {due_on}",
     "body": "Geachte {customer},\n\nVan termijn {instalment} van onze betalingsregeling, vervallen op {due_on}, hebben wij {currency} {amount} niet ontvangen. Wilt u per omgaande betalen, onder vermelding van {reference}? Zonder betaling vervalt de regeling.\n{bank_account}\n\nHoogachtend,\n{sender}"},
    {"action": "upcoming", "subject": "Factuur {invoice} vervalt op {due_on}",
     "body": "Geachte {customer},\n\nHierbij herinneren wij u aan wat binnenkort vervalt:\n\n{lines}\n\nWilt u {currency} {amount} op tijd betalen, onder vermelding van {reference}?\n{bank_account}\n\nMet vriendelijke groet,\n{sender}"},
    {"action": "reminder", "subject": "Herinnering: factuur {invoice}",
     "body": "Geachte {customer},\n\nMisschien is het aan uw aandacht ontsnapt dat de betaaltermijn van het volgende is verstreken:\n\n{lines}\n\nWilt u {currency} {amount} uiterlijk {respond_by} betalen, onder vermelding van {reference}?\n{bank_account}\n\nHebt u inmiddels betaald, dan kunt u deze brief als niet verzonden beschouwen. Klopt er iets niet aan de factuur, laat het ons dan weten.\n\nMet vriendelijke groet,\n{sender}"},
    {"action": "final_notice", "subject": "Laatste herinnering: factuur {invoice}",
     "body": "Geachte {customer},\n\nOndanks onze herinnering is het volgende niet betaald:\n\n{lines}\n\nWij verzoeken u {currency} {amount} uiterlijk {respond_by} te betalen, onder vermelding van {reference}.\n{bank_account}\n\nKunt u niet ineens betalen, neem dan voor die dag contact met ons op.\n\nHoogachtend,\n{sender}"},
    {"action": "call", "subject": "Bel {customer}, {phone}",
     "body": "Bel {customer} ({customer_number}), {phone}.\n\nOpen: {currency} {amount}, de oudste {days_late} dagen te laat.\n\n{lines}"},
    {"action": "default_notice", "subject": "Ingebrekestelling: factuur {invoice}",
     "body": "Geachte {customer},\n\nOndanks onze herinneringen hebt u het volgende niet betaald:\n\n{lines}\n\nHierbij stellen wij u in gebreke. U hebt tot en met {respond_by} om {currency} {amount} te betalen, onder vermelding van {reference}.\n{bank_account}\n\nIs het dan niet ontvangen, dan geven wij de vordering uit handen.\n\nHoogachtend,\n{sender}"},
    {"action": "escalate", "subject": "Te laat: {customer}, {currency} {amount}",
     "body": "{customer} ({customer_number}) heeft {currency} {amount} niet betaald, de oudste post is {days_late} dagen te laat. Beslis wat er moet gebeuren.\n\n{lines}"},
    {"action": "stop_supply", "subject": "Leveringen gestopt",
     "body": "Geachte {customer},\n\nOmdat het volgende niet is betaald, leveren wij niet meer totdat dit is gebeurd:\n\n{lines}\n\nWilt u {currency} {amount} betalen, onder vermelding van {reference}?\n{bank_account}\n\nHoogachtend,\n{sender}"},
    {"action": "hand_over", "subject": "Ter incasso: {customer}, {currency} {amount}",
     "body": "Wij geven u de volgende vorderingen op {customer} ({customer_number}) ter incasso:\n\n{address}\n{email}\n{phone}\n\n{lines}\n\nTotaal: {currency} {amount}, waarvan kosten en rente {costs}.\n\n{sender}"}]}',
'{"language": "de", "line": "{invoice}, f\u00e4llig am {due_on}: {currency} {amount}, bezahlt {paid}, zu zahlen {asked}", "texts": [
    {"action": "instalment_upcoming", "subject": "Rate {instalment} wird am {due_on} f\u00e4llig",
     "body": "Guten Tag {customer},\n\nnach unserem Zahlungsplan wird Rate {instalment} \u00fcber {currency} {amount} am {due_on} f\u00e4llig. Bitte zahlen Sie rechtzeitig unter Angabe von {reference}.\n{bank_account}\n\nMit freundlichen Gr\u00fc\u00dfen\n{sender}"},
    {"action": "instalment_late", "subject": "Rate {instalment} war am {due_on} f\u00e4llig",
     "body": "Guten Tag {customer},\n\nvon Rate {instalment} unseres Zahlungsplans, f\u00e4llig am {due_on}, haben wir {currency} {amount} nicht erhalten. Bitte zahlen Sie umgehend unter Angabe von {reference}: ohne Zahlung endet der Plan.\n{bank_account}\n\nMit freundlichen Gr\u00fc\u00dfen\n{sender}"},
    {"action": "upcoming", "subject": "Rechnung {invoice} wird am {due_on} f\u00e4llig",
     "body": "Guten Tag {customer},\n\nwir erinnern Sie an das, was demn\u00e4chst f\u00e4llig wird:\n\n{lines}\n\nBitte zahlen Sie {currency} {amount} rechtzeitig unter Angabe von {reference}.\n{bank_account}\n\nMit freundlichen Gr\u00fc\u00dfen\n{sender}"},
    {"action": "reminder", "subject": "Zahlungserinnerung: Rechnung {invoice}",
     "body": "Guten Tag {customer},\n\nvielleicht ist Ihnen entgangen, dass Folgendes \u00fcberf\u00e4llig ist:\n\n{lines}\n\nBitte zahlen Sie {currency} {amount} bis zum {respond_by} unter Angabe von {reference}.\n{bank_account}\n\nHaben Sie inzwischen gezahlt, so betrachten Sie dieses Schreiben bitte als gegenstandslos. Ist an der Rechnung etwas nicht in Ordnung, so lassen Sie es uns wissen.\n\nMit freundlichen Gr\u00fc\u00dfen\n{sender}"},
    {"action": "final_notice", "subject": "Letzte Mahnung: Rechnung {invoice}",
     "body": "Guten Tag {customer},\n\ntrotz unserer Erinnerung ist Folgendes nicht bezahlt:\n\n{lines}\n\nWir bitten Sie, {currency} {amount} bis zum {respond_by} unter Angabe von {reference} zu zahlen.\n{bank_account}\n\nK\u00f6nnen Sie nicht auf einmal zahlen, so wenden Sie sich bitte vor diesem Tag an uns.\n\nMit freundlichen Gr\u00fc\u00dfen\n{sender}"},
    {"action": "call", "subject": "{customer} anrufen, {phone}",
     "body": "{customer} ({customer_number}) anrufen: {phone}.\n\nOffen: {currency} {amount}, der \u00e4lteste Posten {days_late} Tage \u00fcberf\u00e4llig.\n\n{lines}"},
    {"action": "default_notice", "subject": "Mahnung mit Fristsetzung: Rechnung {invoice}",
     "body": "Guten Tag {customer},\n\ntrotz unserer Mahnungen haben Sie Folgendes nicht bezahlt:\n\n{lines}\n\nHiermit setzen wir Sie in Verzug. Sie haben bis zum {respond_by} Zeit, {currency} {amount} unter Angabe von {reference} zu zahlen.\n{bank_account}\n\nIst der Betrag bis dahin nicht eingegangen, so geben wir die Forderung zum Inkasso.\n\nMit freundlichen Gr\u00fc\u00dfen\n{sender}"},
    {"action": "escalate", "subject": "\u00dcberf\u00e4llig: {customer}, {currency} {amount}",
     "body": "{customer} ({customer_number}) hat {currency} {amount} nicht bezahlt, der \u00e4lteste Posten ist {days_late} Tage \u00fcberf\u00e4llig. Bitte entscheiden Sie, was geschehen soll.\n\n{lines}"},
    {"action": "stop_supply", "subject": "Lieferstopp",
     "body": "Guten Tag {customer},\n\nda Folgendes nicht bezahlt ist, liefern wir bis dahin nicht mehr:\n\n{lines}\n\nBitte zahlen Sie {currency} {amount} unter Angabe von {reference}.\n{bank_account}\n\nMit freundlichen Gr\u00fc\u00dfen\n{sender}"},
    {"action": "hand_over", "subject": "Zum Inkasso: {customer}, {currency} {amount}",
     "body": "Wir \u00fcbergeben Ihnen die folgenden Forderungen gegen {customer} ({customer_number}) zum Inkasso:\n\n{address}\n{email}\n{phone}\n\n{lines}\n\nSumme: {currency} {amount}, davon Kosten und Zinsen {costs}.\n\n{sender}"}]}',
'{"language": "fr", "line": "{invoice}, \u00e9ch\u00e9ance {due_on} : {currency} {amount}, pay\u00e9 {paid}, \u00e0 payer {asked}", "texts": [
    {"action": "instalment_upcoming", "subject": "L''\u00e9ch\u00e9ance {instalment} arrive le {due_on}",
     "body": "Bonjour {customer},\n\nSelon notre plan de paiement, l''\u00e9ch\u00e9ance {instalment} de {currency} {amount} arrive le {due_on}. Merci de payer \u00e0 temps, en indiquant {reference}.\n{bank_account}\n\nCordialement,\n{sender}"},
    {"action": "instalment_late", "subject": "L''\u00e9ch\u00e9ance {instalment} du {due_on}",
     "body": "Bonjour {customer},\n\nDe l''\u00e9ch\u00e9ance {instalment} de notre plan de paiement, du {due_on}, nous n''avons pas re\u00e7u {currency} {amount}. Merci de payer sans d\u00e9lai, en indiquant {reference} : sans paiement, le plan prend fin.\n{bank_account}\n\nSalutations distingu\u00e9es,\n{sender}"},
    {"action": "upcoming", "subject": "La facture {invoice} arrive \u00e0 \u00e9ch\u00e9ance le {due_on}",
     "body": "Bonjour {customer},\n\nNous vous rappelons ce qui arrive prochainement \u00e0 \u00e9ch\u00e9ance :\n\n{lines}\n\nMerci de r\u00e9gler {currency} {amount} \u00e0 temps, en indiquant {reference}.\n{bank_account}\n\nCordialement,\n{sender}"},
    {"action": "reminder", "subject": "Rappel : facture {invoice}",
     "body": "Bonjour {customer},\n\nIl vous a peut-\u00eatre \u00e9chapp\u00e9 que l''\u00e9ch\u00e9ance suivante est d\u00e9pass\u00e9e :\n\n{lines}\n\nMerci de r\u00e9gler {currency} {amount} au plus tard le {respond_by}, en indiquant {reference}.\n{bank_account}\n\nSi vous avez pay\u00e9 entre-temps, ne tenez pas compte de cette lettre. Si la facture comporte une erreur, faites-le-nous savoir.\n\nCordialement,\n{sender}"},
    {"action": "final_notice", "subject": "Dernier rappel : facture {invoice}",
     "body": "Bonjour {customer},\n\nMalgr\u00e9 notre rappel, ce qui suit n''est pas r\u00e9gl\u00e9 :\n\n{lines}\n\nNous vous prions de r\u00e9gler {currency} {amount} au plus tard le {respond_by}, en indiquant {reference}.\n{bank_account}\n\nSi vous ne pouvez pas payer en une fois, veuillez nous contacter avant cette date.\n\nSalutations distingu\u00e9es,\n{sender}"},
    {"action": "call", "subject": "Appeler {customer}, {phone}",
     "body": "Appeler {customer} ({customer_number}) : {phone}.\n\nReste d\u00fb : {currency} {amount}, le plus ancien avec {days_late} jours de retard.\n\n{lines}"},
    {"action": "default_notice", "subject": "Mise en demeure : facture {invoice}",
     "body": "Bonjour {customer},\n\nMalgr\u00e9 nos rappels, vous n''avez pas r\u00e9gl\u00e9 ce qui suit :\n\n{lines}\n\nPar la pr\u00e9sente nous vous mettons en demeure de r\u00e9gler {currency} {amount} au plus tard le {respond_by}, en indiquant {reference}.\n{bank_account}\n\n\u00c0 d\u00e9faut, nous confierons la cr\u00e9ance \u00e0 un service de recouvrement.\n\nSalutations distingu\u00e9es,\n{sender}"},
    {"action": "escalate", "subject": "En retard : {customer}, {currency} {amount}",
     "body": "{customer} ({customer_number}) n''a pas r\u00e9gl\u00e9 {currency} {amount}, le plus ancien avec {days_late} jours de retard. Merci de d\u00e9cider de la suite.\n\n{lines}"},
    {"action": "stop_supply", "subject": "Livraisons suspendues",
     "body": "Bonjour {customer},\n\nComme ce qui suit n''est pas r\u00e9gl\u00e9, nous suspendons nos livraisons jusqu''au paiement :\n\n{lines}\n\nMerci de r\u00e9gler {currency} {amount}, en indiquant {reference}.\n{bank_account}\n\nSalutations distingu\u00e9es,\n{sender}"},
    {"action": "hand_over", "subject": "Pour recouvrement : {customer}, {currency} {amount}",
     "body": "Nous vous confions le recouvrement des cr\u00e9ances suivantes sur {customer} ({customer_number}) :\n\n{address}\n{email}\n{phone}\n\n{lines}\n\nTotal : {currency} {amount}, dont frais et int\u00e9r\u00eats {costs}.\n\n{sender}"}]}'
    ] LOOP
        BEGIN
            INSERT INTO notice_text (action, language, subject, body, line)
            SELECT t.action, (texts::jsonb)->>'language', t.subject, t.body, (texts::jsonb)->>'line'
              FROM jsonb_to_recordset((texts::jsonb)->'texts') AS t(action text, subject text, body text);
        EXCEPTION WHEN untranslatable_character OR feature_not_supported THEN
            RAISE NOTICE 'no notices in every language: the encoding % can''t write some letters', getdatabaseencoding();
        END;
    END LOOP;
END $$;
