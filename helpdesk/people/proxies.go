package people

import (
	"log/slog"
	"strings"
	"time"

	"returnsupport/helpdesk"
)

// Role is in whose name somebody writes or speaks.
type Role string

// The roles of who writes. RoleSelf is nobody's proxy.
const (
	RoleSelf     Role = "self"
	RoleLawyer   Role = "lawyer"
	RoleGuardian Role = "guardian"
	RoleRelative Role = "relative"
	RoleHelper   Role = "helper"
)

// Roles are those of others, in the order in which they are shown.
var Roles = []Role{RoleLawyer, RoleGuardian, RoleRelative, RoleHelper}

// Proxy is somebody who writes or speaks for the person: who writes and whom
// it concerns are two things.
type Proxy struct {
	ID    helpdesk.ID `json:"id"`
	Role  Role        `json:"role"`
	Name  string      `json:"name,omitempty"`
	Where string      `json:"where,omitempty"` // address or number
	// From and Until are days ("2006-01-02") between which they may, both
	// counted in; "" leaves that end open.
	From  string `json:"from,omitempty"`
	Until string `json:"until,omitempty"`
	// Seen: a colleague saw the paper that says so (a power of attorney, the
	// appointment of a guardian).
	Seen bool   `json:"seen,omitempty"`
	Note string `json:"note,omitempty"`
}

// LogValue keeps names out of logs.
func (Proxy) LogValue() slog.Value { return slog.StringValue(sealedText) }

// InForce tells whether they may on a day ("2006-01-02").
func (x Proxy) InForce(day string) bool {
	return (x.From == "" || x.From <= day) && (x.Until == "" || day <= x.Until)
}

// Fit refuses what can not be used: "proxy.role", "proxy.name", "proxy.days",
// "way.long".
func (x Proxy) Fit() error {
	known := false
	for _, r := range Roles {
		known = known || x.Role == r
	}
	if !known {
		return helpdesk.Refuse("proxy.role")
	}
	if strings.TrimSpace(x.Name) == "" && strings.TrimSpace(x.Where) == "" {
		return helpdesk.Refuse("proxy.name")
	}
	if tooLong(x.Name, mostName) || tooLong(x.Where, mostWhere) || tooLong(x.Note, mostNote) {
		return helpdesk.Refuse("way.long")
	}
	for _, day := range []string{x.From, x.Until} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return helpdesk.Refuse("proxy.days")
		}
	}
	if x.From != "" && x.Until != "" && x.Until < x.From {
		return helpdesk.Refuse("proxy.days")
	}
	return nil
}
