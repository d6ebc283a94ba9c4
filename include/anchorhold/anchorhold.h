/* Everything of libanchorhold. */
#ifndef ANCHORHOLD_ANCHORHOLD_H
#define ANCHORHOLD_ANCHORHOLD_H

#include <anchorhold/base.h>
#include <anchorhold/binding.h>
#include <anchorhold/bundle.h>
#include <anchorhold/claims.h>
#include <anchorhold/error.h>
#include <anchorhold/evidence.h>
#include <anchorhold/policy.h>
#include <anchorhold/saved.h>
#include <anchorhold/state.h>
#include <anchorhold/verdict.h>
#include <anchorhold/verifier.h>

#endif
