/* In place of base/check_enforce.c: checks that a test skips. */
#ifndef AH_TESTS_SUPPORT_CHECK_DELETE_H
#define AH_TESTS_SUPPORT_CHECK_DELETE_H

#include "base/check.h"

/* AH_CHECK_COUNT: none. The second one is for checks that overlap by nature. */
extern ah_check_id ah_test_deleted_check, ah_test_deleted_check_also;

#endif
