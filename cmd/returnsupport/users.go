package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// administration opens the house for a command of the operator and closes it
// afterwards. The operator acts as the console: may invite and arrange, holds
// no key and reads nothing. Only the server brings a database up to date: the one
// of before may still be running.
func administration(ctx context.Context, c console, args []string, flags func(*flag.FlagSet), do func(*house, []string) error) error {
	set, rest, err := readSettings(args, c.env, flags)
	if err != nil {
		return err
	}
	log, err := c.logger(set.logLevel)
	if err != nil {
		return err
	}
	set.opens = store.OpenCurrent
	h, err := open(ctx, set, log)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := do(h, rest); err != nil {
		return err
	}
	// What the command noted is linked now, not when a server next starts.
	return h.journal.Chain(ctx)
}

func runUser(ctx context.Context, c console, args []string) error {
	var name, address, kind string
	var teams list
	return administration(ctx, c, args, func(f *flag.FlagSet) {
		f.StringVar(&name, "name", "", "")
		f.StringVar(&address, "address", "", "")
		f.StringVar(&kind, "kind", string(staff.Counsellor), "")
		f.Var(&teams, "team", "")
	}, func(h *house, words []string) error {
		by := h.staff.Console()
		switch {
		case len(words) == 1 && words[0] == "list":
			return h.listUsers(ctx, c)
		case len(words) == 2 && words[0] == "invite":
			if name == "" || address == "" || len(teams) == 0 {
				return usageError("user invite needs --name, --address and at least one --team")
			}
			ids, err := h.teamsNamed(ctx, teams)
			if err != nil {
				return err
			}
			token, err := h.staff.Invite(ctx, by, words[1], name, address, staff.Kind(kind), ids...)
			if err != nil {
				return err
			}
			return h.printInvitation(c, token)
		case len(words) == 2 && (words[0] == "disable" || words[0] == "reissue"):
			u, err := h.userNamed(ctx, words[1])
			if err != nil {
				return err
			}
			if words[0] == "disable" {
				return h.staff.Disable(ctx, by, u.ID)
			}
			token, err := h.staff.Reissue(ctx, by, u.ID)
			if err != nil {
				return err
			}
			return h.printInvitation(c, token)
		}
		return usageError("user takes list, invite LOGIN, reissue LOGIN or disable LOGIN")
	})
}

func (h *house) listUsers(ctx context.Context, c console) error {
	users, err := h.staff.Users(ctx)
	if err != nil {
		return err
	}
	tab := tabwriter.NewWriter(c.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tab, "LOGIN\tNAME\tADDRESS\tKIND\tSTATE")
	for _, u := range users {
		fmt.Fprintf(tab, "%s\t%s\t%s\t%s\t%s\n", u.Login, u.Name, u.Address, u.Kind, u.State)
	}
	return tab.Flush()
}

func (h *house) printInvitation(c console, token string) error {
	_, err := fmt.Fprintf(c.out, "Give this to them by a safe way. It works once, for seven days:\n\n    %sw/invitation/%s\n\nTheir six words are shown to them there. A member of the team then admits them.\n",
		h.address(h.set.listen), token)
	return err
}

func runTeam(ctx context.Context, c console, args []string) error {
	var members list
	var restricted bool
	var into string
	return administration(ctx, c, args, func(f *flag.FlagSet) {
		f.Var(&members, "member", "")
		f.BoolVar(&restricted, "restricted", false, "")
		f.StringVar(&into, "team", "", "")
	}, func(h *house, words []string) error {
		by := h.staff.Console()
		switch {
		case len(words) == 1 && words[0] == "list":
			return h.listTeams(ctx, c)
		case len(words) == 2 && words[0] == "add":
			var first []helpdesk.ID
			for _, login := range members {
				u, err := h.userNamed(ctx, login)
				if err != nil {
					return err
				}
				first = append(first, u.ID)
			}
			_, err := h.staff.AddTeam(ctx, by, staff.NewTeam{Name: words[1], Restricted: restricted}, first...)
			return err
		case len(words) == 2 && words[0] == "propose" && into != "":
			u, err := h.userNamed(ctx, words[1])
			if err != nil {
				return err
			}
			teams, err := h.teamsNamed(ctx, []string{into})
			if err != nil {
				return err
			}
			return h.staff.Propose(ctx, by, u.ID, teams[0])
		}
		return usageError("team takes list, add NAME --member LOGIN, or propose LOGIN --team NAME")
	})
}

func (h *house) listTeams(ctx context.Context, c console) error {
	teams, err := h.staff.Teams(ctx)
	if err != nil {
		return err
	}
	tab := tabwriter.NewWriter(c.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tab, "TEAM\tRESTRICTED\tKEY VERSION\tMEMBERS")
	for _, t := range teams {
		members, err := h.staff.Members(ctx, t.ID)
		if err != nil {
			return err
		}
		var logins []string
		for _, m := range members {
			logins = append(logins, m.Login)
		}
		fmt.Fprintf(tab, "%s\t%t\t%d\t%s\n", t.Name, t.Restricted, t.Version, strings.Join(logins, ", "))
	}
	return tab.Flush()
}

func (h *house) userNamed(ctx context.Context, login string) (staff.User, error) {
	users, err := h.staff.Users(ctx)
	if err != nil {
		return staff.User{}, err
	}
	i := slices.IndexFunc(users, func(u staff.User) bool { return strings.EqualFold(u.Login, login) })
	if i < 0 {
		return staff.User{}, fmt.Errorf("nobody signs in as %q: see `returnsupport user list`", login)
	}
	return users[i], nil
}

func (h *house) teamsNamed(ctx context.Context, names []string) ([]helpdesk.ID, error) {
	teams, err := h.staff.Teams(ctx)
	if err != nil {
		return nil, err
	}
	var ids []helpdesk.ID
	for _, name := range names {
		i := slices.IndexFunc(teams, func(t staff.Team) bool { return strings.EqualFold(t.Name, name) })
		if i < 0 {
			return nil, fmt.Errorf("there is no team %q: see `returnsupport team list`", name)
		}
		ids = append(ids, teams[i].ID)
	}
	return ids, nil
}
