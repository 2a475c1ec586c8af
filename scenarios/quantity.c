// SPDX-License-Identifier: BSD-2-Clause
/* Quantities as the knobs of a scenario have them. */
#include "quantity.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/cli.h"

#define DIGITS_MAX   15 /* a double holds them */
#define DECIMALS_MAX 6

int rate__parse(const char *text, uint64_t min, uint64_t max, uint64_t *bits)
{
	static const struct {
		char suffix;
		uint64_t factor;
	} units[] = { { 'K', 1000 }, { 'M', 1000000 }, { 'G', 1000000000 } };
	size_t len = strlen(text);
	uint64_t factor = 1, v;
	char digits[24];
	int err;

	for (size_t i = 0; len && i < sizeof(units) / sizeof(units[0]); i++)
		if (text[len - 1] == units[i].suffix)
			factor = units[i].factor;
	len -= factor > 1;
	if (len >= sizeof(digits))
		return -ERANGE;
	memcpy(digits, text, len);
	digits[len] = '\0';
	err = number__parse(digits, 0, max / factor, &v);
	if (err)
		return err;
	if (v * factor < min)
		return -ERANGE;
	*bits = v * factor;
	return 0;
}

int decimal__parse(const char *text, double min, double max, double *value)
{
	size_t whole = strspn(text, "0123456789"), decimals = 0;
	double v;

	if (text[whole] == '.') {
		decimals = strspn(text + whole + 1, "0123456789");
		if (!decimals || decimals > DECIMALS_MAX || text[whole + 1 + decimals])
			return -EINVAL;
	} else if (text[whole]) {
		return -EINVAL;
	}
	if (!whole)
		return -EINVAL;
	if (whole + decimals > DIGITS_MAX)
		return -ERANGE;
	v = strtod(text, NULL);
	if (v < min || v > max)
		return -ERANGE;
	*value = v;
	return 0;
}
