package office

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/hours"
	"returnsupport/helpdesk/routing"
	"returnsupport/helpdesk/store"
)

// keptPlan is the plan as it was made last, and of which versions.
type keptPlan struct {
	of   map[string]int64
	plan hours.Plan
}

// hoursSettings are what the plan is made from, besides closures.
var hoursSettings = []string{Hours, Exceptions, Roster, PresentMinimum, Leave}

// Hours hands out everything the house's hours depend on, as one value that
// the caller must not change. It is made anew only when a version moved.
func (o *Office) Hours(ctx context.Context) (hours.Plan, error) {
	versions, err := o.versions(ctx)
	if err != nil {
		return hours.Plan{}, err
	}
	of := map[string]int64{}
	for what, v := range versions {
		if name, isSetting := strings.CutPrefix(what, "setting "); !isSetting || depends(name) {
			of[what] = v
		}
	}
	o.mu.Lock()
	k := o.plan
	o.mu.Unlock()
	if k.of != nil && maps.Equal(k.of, of) {
		return k.plan, nil
	}
	k = keptPlan{of: of}
	if k.plan, err = o.makePlan(ctx, versions); err != nil {
		return hours.Plan{}, err
	}
	o.mu.Lock()
	o.plan = k
	o.mu.Unlock()
	return k.plan, nil
}

func depends(name string) bool {
	for _, n := range hoursSettings {
		if n == name {
			return true
		}
	}
	return false
}

func (o *Office) makePlan(ctx context.Context, versions map[string]int64) (hours.Plan, error) {
	values := map[string]string{}
	for _, name := range hoursSettings {
		k, err := o.setting(ctx, versions, name)
		if err != nil {
			return hours.Plan{}, err
		}
		values[name] = k.value
	}
	plan, err := planOf(values)
	if err != nil {
		return hours.Plan{}, err
	}
	for _, l := range plan.Lines {
		k, err := o.closure(ctx, versions, l.Key)
		if err != nil {
			return hours.Plan{}, err
		}
		if c := k.closure.Closure; !c.Until.IsZero() {
			plan.Closures = append(plan.Closures, c)
		}
	}
	return plan, nil
}

func planOf(values map[string]string) (hours.Plan, error) {
	plan, err := hours.Read(values[Hours])
	if err != nil {
		return hours.Plan{}, fmt.Errorf("read the hours: %w", err)
	}
	if plan.Exceptions, err = hours.ReadExceptions(values[Exceptions]); err != nil {
		return hours.Plan{}, fmt.Errorf("read the exceptions: %w", err)
	}
	if plan.Roster, err = hours.ReadRoster(values[Roster]); err != nil {
		return hours.Plan{}, fmt.Errorf("read the roster: %w", err)
	}
	leave, err := routing.ReadLeave(values[Leave])
	if err != nil {
		return hours.Plan{}, fmt.Errorf("read the leave: %w", err)
	}
	plan.Roster.Absences = append(plan.Roster.Absences, routing.Absences(leave)...)
	if plan.Needed, err = strconv.Atoi(values[PresentMinimum]); err != nil {
		return hours.Plan{}, fmt.Errorf("setting %s is no number", PresentMinimum)
	}
	return plan, nil
}

// agrees refuses exceptions and shifts on lines the hours do not have. A line
// may go from the hours before its shifts do: hours.Check lists those.
func (o *Office) agrees(ctx context.Context, r store.Reader, name, value string) error {
	if name != Exceptions && name != Roster {
		return nil
	}
	stands, err := o.read(ctx, r, Hours)
	if err != nil {
		return err
	}
	plan, err := planOf(map[string]string{Hours: stands.Value, name: value, PresentMinimum: "1"})
	if err != nil {
		return err
	}
	var named []string
	for _, e := range plan.Exceptions {
		named = append(named, e.Line)
	}
	for _, s := range plan.Roster.Shifts {
		named = append(named, s.Line)
	}
	for _, key := range named {
		if _, ok := plan.Line(key); !ok && key != "" {
			return helpdesk.Refuse("hours.text.no_line", key)
		}
	}
	return nil
}

// ReadRoster returns the roster and the version to hand to WriteRoster.
func (o *Office) ReadRoster(ctx context.Context) (hours.Roster, int64, error) {
	v, err := o.Read(ctx, Roster)
	if err != nil {
		return hours.Roster{}, 0, err
	}
	r, err := hours.ReadRoster(v.Value)
	return r, v.Version, err
}

// WriteRoster replaces the roster that was read at a version; ErrConflict when
// somebody else did meanwhile. The caller has checked that the ids are staff's.
func (o *Office) WriteRoster(ctx context.Context, actor helpdesk.ID, r hours.Roster, version int64) error {
	return o.Replace(ctx, actor, Roster, hours.WriteRoster(r), version)
}

// ReadExceptions returns the exceptions and the version to hand to
// WriteExceptions.
func (o *Office) ReadExceptions(ctx context.Context) ([]hours.Exception, int64, error) {
	v, err := o.Read(ctx, Exceptions)
	if err != nil {
		return nil, 0, err
	}
	list, err := hours.ReadExceptions(v.Value)
	return list, v.Version, err
}

// WriteExceptions replaces the exceptions that were read at a version;
// ErrConflict when somebody else did meanwhile.
func (o *Office) WriteExceptions(ctx context.Context, actor helpdesk.ID, list []hours.Exception, version int64) error {
	return o.Replace(ctx, actor, Exceptions, hours.WriteExceptions(list), version)
}
