package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/store"
	"returnsupport/helpdesk/vault"
	"returnsupport/mailbridge"
)

// verdict is how serious a finding is, the worst last.
type verdict int

const (
	well verdict = iota
	heed         // works, and something should be done about it
	ill          // does not work, or does what was promised it does not
)

// finding is one thing the doctor looked at: what it is about, how it is, and
// what to do. Every check makes its findings of facts that are handed to it, so
// each can be tried on a table of machines.
type finding struct {
	about    string
	is       verdict
	says, do string
}

func fine(about, says string) finding       { return finding{about, well, says, ""} }
func mind(about, says, do string) finding   { return finding{about, heed, says, do} }
func broken(about, says, do string) finding { return finding{about, ill, says, do} }

// errIll ends `doctor` with exit code 1; the page above it says why.
var errIll = errors.New("something here does not work yet, see FAIL above")

// runDoctor looks at everything and changes nothing.
func runDoctor(ctx context.Context, c console, args []string) error {
	set, words, err := readSettings(args, c.env, nil)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return usageError("doctor takes no words, only flags")
	}
	all := examineMachine(c.env, set)
	all = append(all, checkAddresses(set)...)
	all = append(all, checkCertificate(set, time.Now())...)
	secrets, kept := checkSecrets(set)
	all = append(all, kept...)
	if secrets != nil {
		set.opens = store.OpenCurrent
		// What the house itself logs on the way is not asked for here.
		h, err := build(ctx, set, secrets, vault.StaffCost, time.Now, slog.New(slog.DiscardHandler))
		if err != nil {
			all = append(all, broken("database", "it can't be opened: "+err.Error(), "see the setting database; `returnsupport settings` says what it is set to"))
		} else {
			all = append(all, h.examine(ctx)...)
			err = h.Close()
		}
		if err != nil && !slices.ContainsFunc(all, func(f finding) bool { return f.is == ill }) {
			return err
		}
	}
	all = append(all, checkNames(ctx, net.DefaultResolver, hostOf(set.publicURL))...)
	if printFindings(c.out, all) == ill {
		return errIll
	}
	return nil
}

// printFindings shows what is worst last, where the eye is, and answers it.
func printFindings(w io.Writer, all []finding) verdict {
	slices.SortStableFunc(all, func(a, b finding) int { return cmp.Compare(a.is, b.is) })
	worst := well
	for _, f := range all {
		worst = f.is
		fmt.Fprintf(w, "%-4s  %-12s %s\n", [...]string{"ok", "look", "FAIL"}[f.is], f.about, f.says)
		if f.do != "" {
			fmt.Fprintf(w, "%20s→ %s\n", "", f.do)
		}
	}
	return worst
}

// examine looks at what lies in the database, and at what it names.
func (h *house) examine(ctx context.Context) []finding {
	return append(h.examineHouse(ctx), h.examineMail(ctx)...)
}

// examineHouse is examine without what others are asked for: mail servers.
func (h *house) examineHouse(ctx context.Context) []finding {
	all := h.examineDatabase(ctx)
	values := map[string]string{}
	if settings, err := h.office.Settings(ctx); err != nil {
		all = append(all, broken("settings", "the organisation's settings can't be read: "+err.Error(), "see the finding about the database"))
	} else {
		for _, v := range settings {
			values[v.Name] = v.Value
		}
		all = append(all, checkOrganisation(values)...)
	}
	all = append(all, h.examineAge(ctx))
	made, ever := lastBackup(h.set.data)
	all = append(all, checkBackup(made, ever, h.now()))
	all = append(all, checkRehearsals(h.set.data)...)
	if h.set.redis != "" {
		all = append(all, h.examineBus())
	}
	return all
}

// checkOrganisation looks at what the organisation itself decides.
func checkOrganisation(set map[string]string) []finding {
	var all []finding
	if set[office.RecoveryFingerprint] == "" {
		all = append(all, broken("keys", "this house has no recovery key", "run `returnsupport init`, or restore a backup"))
	}
	if set[office.SecondFactor] == "no" {
		all = append(all, mind("sign-in", "colleagues are asked for no second factor", "`returnsupport settings set second_factor yes`"))
	} else {
		all = append(all, fine("sign-in", "colleagues sign in with a second factor"))
	}
	for name, why := range map[string]string{
		office.FullPhone:   "nobody who is refused is told whom to call",
		office.ExitAddress: "the exit leads nowhere",
		office.CrisisPanel: "nobody in danger is told where help is",
	} {
		if strings.TrimSpace(set[name]) == "" {
			all = append(all, mind("settings", name+" is empty: "+why, "`returnsupport settings set "+name+" …`, or the page of settings"))
		}
	}
	if set[office.LeaveAccepted] == "yes" {
		all = append(all, mind("mail", "letters may stay at the mail server, where no erasure reaches them", "collect with --after move or delete, and `settings set leave_accepted no`"))
	}
	slices.SortFunc(all, func(a, b finding) int { return strings.Compare(a.says, b.says) })
	return all
}

// examineMail tries every mailbox's servers, and looks up what the world thinks
// of its domain.
func (h *house) examineMail(ctx context.Context) []finding {
	boxes, err := h.office.Mailboxes(ctx)
	if err != nil {
		return []finding{broken("mail", "the mailboxes can't be read: "+err.Error(), "see the finding about the database")}
	}
	if len(boxes) == 0 {
		return []finding{mind("mail", "there is no mailbox", "`returnsupport mailbox add`")}
	}
	var all []finding
	for _, m := range boxes {
		if m.State == office.Paused {
			all = append(all, mind("mail", m.Address+" is paused", "`returnsupport mailbox resume "+m.Address+"`"))
		} else {
			all = append(all, h.examineMailbox(ctx, m)...)
		}
	}
	return append(all, checkDomains(ctx, net.DefaultResolver, boxes)...)
}

// checkDomains asks once for the domain of each mailbox.
func checkDomains(ctx context.Context, ask resolver, boxes []office.Mailbox) []finding {
	var all []finding
	var seen []string
	for _, m := range boxes {
		if _, domain, ok := strings.Cut(m.Address, "@"); ok && !slices.Contains(seen, domain) {
			seen = append(seen, domain)
			all = append(all, checkDomain(lookUpDomain(ctx, ask, domain))...)
		}
	}
	return all
}

func (h *house) examineMailbox(ctx context.Context, m office.Mailbox) []finding {
	in, out, err := h.tryMailbox(ctx, m)
	if err != nil {
		return []finding{broken("mail", m.Address+": "+err.Error(), "`returnsupport mailbox test "+m.Address+"`")}
	}
	return []finding{checkSteps(m.Address, "collecting", in), checkSteps(m.Address, "sending", out)}
}

// checkSteps makes one finding of a diagnosis.
func checkSteps(address, what string, steps []mailbridge.Step) finding {
	if len(steps) == 0 {
		return broken("mail", address+": "+what+" was not tried", "`returnsupport mailbox test "+address+"`")
	}
	if last := steps[len(steps)-1]; !last.OK {
		return broken("mail", fmt.Sprintf("%s: %s fails where we %s (%s)", address, what, stepNames[last.Code], last.Cause), advice[last.Cause])
	}
	return fine("mail", address+": "+what+" works")
}

// staleBackup is when a nightly backup was missed for sure.
const staleBackup = 36 * time.Hour

func checkBackup(made time.Time, ever bool, now time.Time) finding {
	const do = "`returnsupport backup --to FOLDER` every night, and `rehearse` once a month"
	switch {
	case !ever:
		return mind("backup", "none was made from this data folder yet", do)
	case now.Sub(made) > staleBackup:
		return mind("backup", "the last one is of "+made.Format("2 January 2006 15:04"), do)
	}
	return fine("backup", "the last one is of "+made.Format("2 January 2006 15:04"))
}

// checkRehearsals looks for the copy that a rehearsal works on.
func checkRehearsals(data string) []finding {
	folders, err := filepath.Glob(filepath.Join(data, rehearsal+"*"))
	if err != nil || len(folders) == 0 {
		return nil
	}
	return []finding{mind("backup", fmt.Sprintf("a copy of everything, with its keys, lies in %s: a rehearsal is at work, or was killed", strings.Join(folders, " and ")),
		"delete it where no rehearsal is at work; the night does once it is six hours old")}
}

// busPatience is how long a bus may take to find itself.
const busPatience = 5 * time.Second

func (h *house) examineBus() finding {
	for end := time.Now().Add(busPatience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if h.bus.Health().Well {
			break
		}
	}
	return checkBus(h.bus.Health().Well, string(h.bus.Health().Trouble))
}

func checkBus(well bool, trouble string) finding {
	if well {
		return fine("redis", "what we say there comes back to us")
	}
	return mind("redis", "it can't be used: "+trouble, "processes see each other's news two seconds late meanwhile; is it running, and does the setting redis name it?")
}

// checkSecrets looks at the file of the server's secrets, and opens it.
func checkSecrets(set settings) (*vault.Secrets, []finding) {
	secrets, err := readSecrets(set.secrets)
	switch {
	case errors.Is(err, errNotInitialised):
		return nil, []finding{broken("keys", "there are no server secrets at "+set.secrets, "`returnsupport init` in a new house; put the file back, or `returnsupport recover secrets`, in one that had them")}
	case err != nil:
		return nil, []finding{broken("keys", err.Error(), "put back the copy you keep apart from the database, or `returnsupport recover secrets`")}
	}
	return secrets, checkSecretFiles(set)
}

// checkSecretFiles looks at the files around the secrets, and opens none.
func checkSecretFiles(set settings) []finding {
	info, err := os.Stat(set.secrets)
	if err != nil {
		return []finding{broken("keys", err.Error(), "put the file back")}
	}
	var all []finding
	if set.handedOver {
		all = append(all, checkCredential(set.secrets, info.Mode()))
	} else {
		all = append(all, checkMode("keys", "the server secrets", set.secrets, info.Mode())...)
	}
	if folder, err := os.Stat(set.data); err == nil {
		all = append(all, checkMode("keys", "the data folder", set.data, folder.Mode())...)
	}
	return all
}

// checkCredential: systemd lets its one user read a credential by an access list,
// whose mask stat(2) shows as the rights of a group (0440). The folder is that
// user's alone.
func checkCredential(path string, mode os.FileMode) finding {
	if mode.Perm()&0o027 == 0 {
		return fine("keys", "the server secrets are handed over by systemd, to this user alone")
	}
	return broken("keys", fmt.Sprintf("the server secrets can be read by others (%s has mode %04o)", path, mode.Perm()), "hand them over by LoadCredential= as the unit in the notes does")
}

// checkMode: nobody else may look.
func checkMode(about, what, path string, mode os.FileMode) []finding {
	if mode.Perm()&0o077 == 0 {
		return []finding{fine(about, what+" can be read by this user alone")}
	}
	return []finding{broken(about, fmt.Sprintf("%s can be read by others (%s has mode %04o)", what, path, mode.Perm()), "chmod go-rwx "+path)}
}

// examineAge asks the journal: a file's time tells when it was copied or handed
// over, and not when its secrets were drawn.
func (h *house) examineAge(ctx context.Context) finding {
	old, err := h.tasks.SecretsOld(ctx)
	if err != nil {
		return broken("keys", "nobody knows how old the server secrets are: "+err.Error(), "see the finding about the database")
	}
	return checkAge(old)
}

func checkAge(old bool) finding {
	if old {
		return mind("keys", "no server secrets were drawn for more than a year", "`returnsupport rotate`, once a year with the server stopped; then back the file up")
	}
	return fine("keys", "the server secrets are of this year")
}
