/*
 * scan.h
 *		Reading numbers and words from the text of a value.
 */
#ifndef DEBITEUR_SCAN_H
#define DEBITEUR_SCAN_H

extern bool debiteur_scan_int(const char **s, int max, int *value);
extern int
debiteur_scan_word(const char **s, const char *const *words, int nwords);
extern bool debiteur_scan_blanks(const char **s);

#endif /* DEBITEUR_SCAN_H */
