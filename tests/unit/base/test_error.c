/* The error table: numbers fixed, names unique, texts present, exit codes by class; and the fault that carries them. */
#include "base/fault.h"
#include "support/test.h"

#include <ctype.h>
#include <stdio.h>

static void table_is_sorted_unique_and_complete(void)
{
	ah_err last = AH_OK, err;
	size_t count = 0;
	for (; (err = ah_err_at(count)) != AH_OK; count++) {
		EXPECT_MSG(err > last, "%s is out of order", ah_err_name(err));
		last = err;
		const char *name = ah_err_name(err);
		EXPECT(isupper((unsigned char)name[0]));
		for (const char *c = name; *c != '\0'; c++)
			EXPECT_MSG(isalnum((unsigned char)*c), "%s", name);
		EXPECT_MSG(strlen(ah_err_meaning(err)) > 20 && strlen(ah_err_next_step(err)) > 8, "%s has no texts", name);
		for (size_t other = 0; other < count; other++)
			EXPECT_MSG(strcmp(ah_err_name(ah_err_at(other)), name) != 0, "%s stands twice", name);
	}
	EXPECT(count > 70);
}

static void numbers_of_the_design_never_change(void)
{
	/* Spot checks against docs and SDKs that spell numbers and Tresor's names. */
	EXPECT(AH_ERR_NOMEM == 1 && AH_ERR_BINDING_REQUIRED == 102 && AH_ERR_TRUNCATED == 300 && AH_ERR_SIGNATURE == 500 && AH_ERR_MEASUREMENT == 600);
	EXPECT(strcmp(ah_err_name(AH_ERR_MEASUREMENT), "MeasurementNotAllowed") == 0);
	EXPECT(strcmp(ah_err_name(AH_ERR_TCB_FLOOR), "TCBBelowFloor") == 0);
	EXPECT(strcmp(ah_err_name(AH_ERR_REPORT_DATA), "ReportDataMismatch") == 0);
	EXPECT(strcmp(ah_err_name(AH_ERR_IDENTITY_TAG), "IdentityTagNotAllowed") == 0);
}

static void class_decides_the_exit_code(void)
{
	static const struct { ah_err err; ah_err_class err_class; int exit_code; } rows[] = {
		{ AH_OK, AH_CLASS_OK, 0 }, { AH_ERR_NOMEM, AH_CLASS_SYSTEM, 1 }, { AH_ERR_USAGE, AH_CLASS_USAGE, 2 },
		{ AH_ERR_ENDORSEMENT_MISSING, AH_CLASS_UNOBTAINABLE, 40 }, { AH_ERR_TRUNCATED, AH_CLASS_MALFORMED, 30 },
		{ AH_ERR_UNKNOWN_FORMAT, AH_CLASS_UNSUPPORTED, 20 }, { AH_ERR_SIGNATURE, AH_CLASS_NOT_GENUINE, 10 },
		{ AH_ERR_DEBUG, AH_CLASS_NOT_ALLOWED, 10 }, { AH_ERR_POLICY_MALFORMED, AH_CLASS_CONFIGURATION, 50 },
		{ (ah_err)12345, AH_CLASS_SYSTEM, 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		EXPECT(ah_err_class_of(rows[i].err) == rows[i].err_class);
		EXPECT(ah_err_exit_code(rows[i].err) == rows[i].exit_code);
	}
	for (int c = AH_CLASS_OK; c <= AH_CLASS_CONFIGURATION; c++)
		EXPECT(strcmp(ah_err_class_name((ah_err_class)c), "unknown") != 0);
	EXPECT(strcmp(ah_err_class_name((ah_err_class)99), "unknown") == 0);
}

static void errors_are_found_by_name_and_number(void)
{
	ah_err err = AH_OK;
	EXPECT(ah_err_find(&err, "TCBBelowFloor") && err == AH_ERR_TCB_FLOOR);
	EXPECT(ah_err_find(&err, "601") && err == AH_ERR_TCB_FLOOR);
	EXPECT(ah_err_find(&err, "OK") && err == AH_OK);
	err = AH_ERR_IO;
	EXPECT(!ah_err_find(&err, "tcbbelowfloor") && !ah_err_find(&err, "0601") && !ah_err_find(&err, "") && err == AH_ERR_IO);
	EXPECT(strcmp(ah_err_name((ah_err)12345), "Unknown") == 0);
	EXPECT(ah_err_meaning((ah_err)12345)[0] != '\0' && ah_err_next_step((ah_err)12345)[0] != '\0');
	EXPECT(strcmp(ah_version(), AH_VERSION_TEXT) == 0);
}

static void first_fault_stays_and_is_printable(void)
{
	ah_fault why = { 0 };
	EXPECT(ah_fault_at(&why, AH_ERR_FORMAT, "a.step", 7, "value %d\n\x1b[31m", 5) == AH_ERR_FORMAT);
	EXPECT(why.err == AH_ERR_FORMAT && why.offset == 7 && strcmp(why.step, "a.step") == 0);
	EXPECT(strcmp(why.detail, "value 5??[31m") == 0);
	EXPECT(ah_fault_set(&why, AH_ERR_LIMIT, "b.step", "later") == AH_ERR_LIMIT);
	EXPECT(why.err == AH_ERR_FORMAT);
	EXPECT(ah_fault_shift(&why, 100, AH_ERR_FORMAT) == AH_ERR_FORMAT && why.offset == 107);
	EXPECT(ah_fault_set(NULL, AH_ERR_LIMIT, "c", "x") == AH_ERR_LIMIT);
	EXPECT(ah_fault_shift(NULL, 1, AH_ERR_LIMIT) == AH_ERR_LIMIT);

	ah_fault none = { 0 };
	EXPECT(ah_fault_set(&none, AH_ERR_IO, "d", "%0200d", 1) == AH_ERR_IO);
	EXPECT(none.offset == AH_NO_OFFSET && strlen(none.detail) == sizeof none.detail - 1);
	EXPECT(ah_fault_shift(&none, 5, AH_ERR_IO) == AH_ERR_IO && none.offset == AH_NO_OFFSET);
}

static const ah_test_case cases[] = {
	AH_TEST(table_is_sorted_unique_and_complete),
	AH_TEST(numbers_of_the_design_never_change),
	AH_TEST(class_decides_the_exit_code),
	AH_TEST(errors_are_found_by_name_and_number),
	AH_TEST(first_fault_stays_and_is_printable),
};
AH_TEST_MAIN(cases)
