package office

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"returnsupport/helpdesk"
)

// Settings of dates and promises.
const (
	AppealDays          = "appeal_days"           // from the day a decision was received to the last day to appeal
	LeaveWeeks          = "leave_weeks"           // see readLeaveWeeks
	ListenDays          = "listen_days"           // after a refusal: listen first
	PromiseAlarmPercent = "promise_alarm_percent" // of the open time of a promise, when the desk is told
)

// Dates are what dates and promises are counted by.
type Dates struct {
	AppealDays   int
	LeaveWeeks   []int // the shortest first, at least one
	ListenDays   int
	AlarmPercent int
}

// Dates returns them as they stand.
func (o *Office) Dates(ctx context.Context) (Dates, error) {
	v, err := o.values(ctx, AppealDays, LeaveWeeks, ListenDays, PromiseAlarmPercent)
	if err != nil {
		return Dates{}, err
	}
	var d Dates
	for _, s := range []struct {
		name string
		to   *int
	}{{AppealDays, &d.AppealDays}, {ListenDays, &d.ListenDays}, {PromiseAlarmPercent, &d.AlarmPercent}} {
		if *s.to, err = strconv.Atoi(v[s.name]); err != nil {
			return Dates{}, fmt.Errorf("setting %s is no number", s.name)
		}
	}
	d.LeaveWeeks, err = readLeaveWeeks(v[LeaveWeeks])
	return d, err
}

// readLeaveWeeks reads one to three numbers of weeks, each greater than the one
// before: "2 4".
func readLeaveWeeks(s string) ([]int, error) {
	refuse := helpdesk.Refuse("setting.invalid", LeaveWeeks)
	fields := strings.Fields(s)
	if len(fields) < 1 || len(fields) > 3 || strings.Join(fields, " ") != s {
		return nil, refuse
	}
	var all []int
	for i, f := range fields {
		n, err := strconv.Atoi(f)
		if err != nil || n < 1 || n > 52 || strconv.Itoa(n) != f || i > 0 && n <= all[i-1] {
			return nil, refuse
		}
		all = append(all, n)
	}
	return all, nil
}
