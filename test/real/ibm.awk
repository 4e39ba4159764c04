# What a ledger must say of the data set ibm, computed from its file alone:
# state of every invoice, notices by the default policy, agings, figures of
# months. ibm.sql prints the same lines from the ledger; dates are yyyy-mm-dd.
#
#	awk -v dates='2012-02-29 ...' -f ibm.awk FILE.csv
#
# Columns of the file: countryCode, customerID, PaperlessDate, invoiceNumber,
# InvoiceDate, DueDate, InvoiceAmount, Disputed, SettledDate, PaperlessBill,
# DaysToSettle, DaysLate. Dates are m/d/yyyy. Amounts are counted in cents.

# Days since 1970-01-01 of a date, and the way back (civil calendar, 400-year eras).
function number_of(y, m, d,	era, yoe, doy) {
	if (m <= 2) y--
	era = int(y / 400)
	yoe = y - era * 400
	doy = int((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5) + d - 1
	return era * 146097 + yoe * 365 + int(yoe / 4) - int(yoe / 100) + doy - 719468
}
function date_of(n,	era, doe, yoe, doy, mp, d, m) {
	n += 719468
	era = int(n / 146097)
	doe = n - era * 146097
	yoe = int((doe - int(doe / 1460) + int(doe / 36524) - int(doe / 146096)) / 365)
	doy = doe - (365 * yoe + int(yoe / 4) - int(yoe / 100))
	mp = int((5 * doy + 2) / 153)
	d = doy - int((153 * mp + 2) / 5) + 1
	m = mp < 10 ? mp + 3 : mp - 9
	return sprintf("%04d-%02d-%02d", yoe + era * 400 + (m <= 2), m, d)
}
function american(text,	part) {
	split(text, part, "/")
	return number_of(part[3], part[1], part[2])
}
function iso(text,	part) {
	split(text, part, "-")
	return number_of(part[1], part[2], part[3])
}
function cents(text,	part) {
	split(text, part, ".")
	return part[1] * 100 + substr(part[2] "00", 1, 2)
}
function money(c) {
	return (c < 0 ? "-" : "") int((c < 0 ? -c : c) / 100) "." sprintf("%02d", (c < 0 ? -c : c) % 100)
}
# Half up, of what is not negative.
function rounded(x, digits) {
	return sprintf("%." digits "f", x + 1e-9)
}
function ratio(a, b, digits) {
	return b == 0 ? "" : rounded(a / b, digits)
}

BEGIN {
	FS = ","
	# The default policy: days after the due date, since a step that is
	# counted from the previous one comes that much later.
	steps = split("-3 7 14 21 35 50", step_days, " ")
	split("upcoming reminder final_notice call default_notice hand_over", action, " ")
}

FNR > 1 {
	sub(/\r$/, "")
	n++
	customer[n] = $2
	number[n] = $4
	issued[n] = american($5)
	due[n] = american($6)
	amount[n] = cents($7)
	settled[n] = american($9)
	to_pay[n] = $11
	late[n] = $12
	disputed[n] = $8 == "Yes"
	customers[$2] = 1
	if (n == 1 || issued[n] < first) first = issued[n]
	if (issued[n] > last) last = issued[n]
	print "invoice|" $4 "|" $2 "|" date_of(issued[n]) "|" date_of(due[n]) "|" money(amount[n]) "|paid|" date_of(settled[n]) "|" $11 "|" $12
}

# Open at the end of a day, so counted in its aging and dunned on it.
function open_on(i, day) {
	return issued[i] <= day && day < settled[i]
}

# The number of the step of a claim on a day; 0: none.
function step_on(i, day,	s) {
	for (s = 1; s <= steps; s++)
		if (due[i] + step_days[s] == day) return s
	return 0
}

function severest(who, day,	i, s, most) {
	most = 0
	for (i = 1; i <= n; i++)
		if (customer[i] == who && open_on(i, day) && (s = step_on(i, day)) > most && action[s] != "hand_over") most = s
	return most
}

function notices(	i, s, day, id, j, taken, lead, sum, lines) {
	for (i = 1; i <= n; i++)
		for (s = 1; s <= steps; s++) {
			day = due[i] + step_days[s]
			if (!open_on(i, day)) continue
			print "step|" number[i] "|" date_of(day) "|" action[s]
			# One notice a customer, day and step.
			id = customer[i] "|" date_of(day) "|" action[s]
			if (id in seen) continue
			seen[id] = 1
			sum = lines = taken = lead = 0
			for (j = 1; j <= n; j++) {
				if (customer[j] != customer[i] || !open_on(j, day)) continue
				if (due[j] == due[i]) {
					taken++
					if (lead == 0 || amount[j] > lead) lead = amount[j]
				} else if (!(step_days[s] > 0 && due[j] < day && s == severest(customer[i], day) && !step_on(j, day)))
					# What else is overdue stands on the most severe notice of the day.
					continue
				lines++
				sum += amount[j]
			}
			print "notice|" id "|" money(sum) "|" taken "|" lines "|" date_of(due[i]) "|" money(lead)
		}
}

function bucket(late_days) {
	return late_days <= 0 ? 1 : late_days <= 30 ? 2 : late_days <= 60 ? 3 : late_days <= 90 ? 4 : 5
}

function agings(	d, day, days, i, b, c, claims, sum, of, total) {
	days = split(dates, day, " ")
	split("not due|1-30|31-60|61-90|90+", bucket_name, "|")
	for (d = 1; d <= days; d++) {
		split("", claims)
		split("", sum)
		split("", of)
		split("", total)
		for (i = 1; i <= n; i++)
			if (open_on(i, iso(day[d]))) {
				b = bucket(iso(day[d]) - due[i])
				claims[b]++
				sum[b] += amount[i]
				of[customer[i], b] += amount[i]
				total[customer[i]] += amount[i]
			}
		# Nothing open is nothing to print.
		for (b = 1; b <= 5; b++)
			if (claims[b]) print "aging|" day[d] "|" bucket_name[b] "|" claims[b] "|" money(sum[b])
		for (c in total)
			print "customer|" day[d] "|" c "|" money(of[c, 1]) "|" money(of[c, 2]) "|" money(of[c, 3]) "|" money(of[c, 4]) "|" money(of[c, 5]) "|" money(total[c])
	}
}

# Figures from the first to the last day of a period, both included.
function figures(name, from, to,	i, days, opening, closing, overdue, sales, receipts, paid, days_paid, days_late, paid_money, money_paid, money_late, late_ones, issues, disputes) {
	days = to - from + 1
	opening = closing = overdue = sales = receipts = paid = days_paid = days_late = 0
	paid_money = money_paid = money_late = late_ones = issues = disputes = 0
	for (i = 1; i <= n; i++) {
		if (open_on(i, from - 1)) opening += amount[i]
		if (open_on(i, to)) {
			closing += amount[i]
			if (due[i] < to) overdue += amount[i]
		}
		if (issued[i] >= from && issued[i] <= to) {
			issues++
			disputes += disputed[i]
			sales += amount[i]
		}
		if (settled[i] >= from && settled[i] <= to) {
			receipts += amount[i]
			paid++
			days_paid += to_pay[i]
			days_late += late[i]
			paid_money += amount[i]
			money_paid += to_pay[i] * amount[i]
			money_late += late[i] * amount[i]
			late_ones += late[i] > 0
		}
	}
	print "kpi|" name "|" money(opening) "|" money(closing) "|" money(closing - overdue) "|" money(overdue) "|" money(sales) "|" money(receipts) \
		"|" ratio(closing * days, sales, 2) "|" ratio((closing - overdue) * days, sales, 2) "|" ratio(overdue * days, sales, 2) \
		"|" ratio(sales * 2, opening + closing, 4) "|" ratio((opening + closing) / 2 * days, sales, 2) \
		"|" ratio((opening + sales - closing) * 100, opening + sales - closing + overdue, 2) "|" ratio(overdue, closing, 4)
	print "days|" name "|" ratio(days_paid, paid, 2) "|" ratio(money_paid, paid_money, 2) "|" ratio(days_late, paid, 2) "|" ratio(money_late, paid_money, 2)
	print "late|" name "|" paid "|" late_ones "|" money(paid_money)
	print "disputes|" name "|" ratio(disputes, issues, 4)
}

END {
	notices()
	agings()
	for (y = 2012; y <= 2013; y++) {
		figures(y, number_of(y, 1, 1), number_of(y, 12, 31))
		for (m = 1; m <= 12; m++)
			if (number_of(y, m, 1) <= last)
				figures(sprintf("%d-%02d", y, m), number_of(y, m, 1), number_of(m == 12 ? y + 1 : y, m % 12 + 1, 1) - 1)
	}
	figures("all", first, last + 60)
}
