package office

import (
	"context"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
)

// PromiseDays is how far Promises looks ahead.
const PromiseDays = hours.Fortnight

// Promising tells whether a setting changes what the pages promise, so that
// its change is shown with Promises before it is saved.
func Promising(name string) bool { return depends(name) }

// Promises is what a setting's new value would promise otherwise in the next
// two weeks: openings and answers, before and after. Nothing is saved. A value
// that does not fit is refused as Set would refuse it; a setting that promises
// nothing has no differences.
func (o *Office) Promises(ctx context.Context, name, value string) ([]hours.Difference, error) {
	k, ok := lookUp(name)
	if !ok {
		return nil, helpdesk.ErrNotFound
	}
	if err := k.check(value); err != nil {
		return nil, err
	}
	if !depends(name) {
		return nil, nil
	}
	if err := o.agrees(ctx, o.db, name, value); err != nil {
		return nil, err
	}
	before, err := o.Hours(ctx)
	if err != nil {
		return nil, err
	}
	values, err := o.values(ctx, hoursSettings...)
	if err != nil {
		return nil, err
	}
	values[name] = value
	after, err := planOf(values)
	if err != nil {
		return nil, err
	}
	after.Closures = before.Closures
	return hours.Differ(before, after, hours.DateOf(o.now().In(before.Zone(""))), PromiseDays), nil
}
