package consent

import (
	"slices"

	"returnsupport/consent/internal/ledger"
	"returnsupport/consent/internal/referrals"
)

// ErasedTables are all of the wing's that hold bytes of what was withdrawn,
// replaced or erased, until the store scrubs them.
func ErasedTables() []string {
	return slices.Concat(ledger.ErasedTables(), referrals.ErasedTables(), []string{"consent_branch"})
}
