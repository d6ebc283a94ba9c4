/* See check_delete.h and ah__check_is_enforced() in base/check.h. */
#include "support/check_delete.h"

ah_check_id ah_test_deleted_check = AH_CHECK_COUNT, ah_test_deleted_check_also = AH_CHECK_COUNT;

bool ah__check_is_enforced(ah_check_id id)
{
	return id != ah_test_deleted_check && id != ah_test_deleted_check_also;
}
