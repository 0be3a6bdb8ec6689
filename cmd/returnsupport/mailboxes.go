package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"returnsupport/helpdesk/office"
	"returnsupport/mailbridge"
)

// mailboxFlags are those of `mailbox add`.
type mailboxFlags struct {
	team, imap, smtp, name, after, since, authserv string
	passwordFile, smtpPasswordFile, signatureFile  string
	oauth, tenant, client, clientSecretFile        string
	authorize, token, scopes                       string
	plus, secure                                   bool
}

func (m *mailboxFlags) declare(f *flag.FlagSet) {
	f.StringVar(&m.team, "team", "", "")
	f.StringVar(&m.imap, "imap", "", "")
	f.StringVar(&m.smtp, "smtp", "", "")
	f.StringVar(&m.name, "name", "", "")
	f.StringVar(&m.after, "after", "move:Archive", "")
	f.StringVar(&m.since, "since", "", "")
	f.StringVar(&m.authserv, "authserv", "", "")
	f.StringVar(&m.passwordFile, "password-file", "", "")
	f.StringVar(&m.smtpPasswordFile, "smtp-password-file", "", "")
	f.StringVar(&m.signatureFile, "signature-file", "", "")
	f.StringVar(&m.oauth, "oauth", "", "")
	f.StringVar(&m.tenant, "oauth-tenant", "", "")
	f.StringVar(&m.client, "oauth-client", "", "")
	f.StringVar(&m.clientSecretFile, "oauth-secret-file", "", "")
	f.StringVar(&m.authorize, "oauth-authorize", "", "")
	f.StringVar(&m.token, "oauth-token", "", "")
	f.StringVar(&m.scopes, "oauth-scopes", "", "")
	f.BoolVar(&m.plus, "plus", false, "")
	f.BoolVar(&m.secure, "secure", false, "")
}

const mailboxHelp = `
  --team NAME              the team whose queue it feeds
  --imap URL               imaps://user@host/Folder, imap://user@host (STARTTLS);
                           plain only to loopback, or named imap+insecure://
  --smtp URL               smtps://user@host, smtp://user@host (STARTTLS)
  --name TEXT              the name recipients see beside the address
  --after WHAT             once a letter is stored: delete, move:Folder (default
                           move:Archive), seen or leave; the last two want
                           'settings set leave_accepted yes', because erasing here
                           then does not reach the mail server
  --since 2026-01-31       at the first connection, only letters from that day on
  --plus                   the server takes local+token@domain (safer threading)
  --secure                 answers stay here; the mail says only that one waits
  --authserv ID            the name our own mail exchanger writes into
                           Authentication-Results; without it nobody is "proven"
  --password-file FILE     the IMAP password; asked for when absent
  --smtp-password-file F   only where it differs
  --signature-file FILE    below every answer
  --oauth microsoft        it signs in by tokens (microsoft, google or other) and
                           needs no password; a coordinator signs in for it once,
                           on its page in the workspace. With it:
  --oauth-client ID, --oauth-secret-file FILE   as the provider gave them
  --oauth-tenant NAME      microsoft: the organisation's domain or id there
  --oauth-authorize URL, --oauth-token URL, --oauth-scopes "A B"   other
`

func runMailbox(ctx context.Context, c console, args []string) error {
	var m mailboxFlags
	return administration(ctx, c, args, m.declare, func(h *house, words []string) error {
		switch {
		case len(words) == 1 && words[0] == "list":
			return h.listMailboxes(ctx, c)
		case len(words) == 1 && words[0] == "help":
			fmt.Fprint(c.out, mailboxHelp)
			return nil
		case len(words) == 2 && words[0] == "add":
			return h.addMailbox(ctx, c, words[1], m)
		case len(words) == 2 && slices.Contains([]string{"test", "pause", "resume", "remove"}, words[0]):
			box, err := h.mailboxNamed(ctx, words[1])
			if err != nil {
				return err
			}
			by := h.staff.Console().User.ID
			switch words[0] {
			case "test":
				return h.testMailbox(ctx, c.out, box)
			case "remove":
				return h.office.RemoveMailbox(ctx, by, box.ID)
			case "pause":
				box.State = office.Paused
			case "resume":
				box.State = office.Collecting
			}
			return h.office.ChangeMailbox(ctx, by, box)
		}
		return usageError("mailbox takes list, help, add, test, pause, resume or remove with an address")
	})
}

func (h *house) addMailbox(ctx context.Context, c console, address string, m mailboxFlags) error {
	if m.team == "" || m.imap == "" || m.smtp == "" {
		return usageError("mailbox add needs --team, --imap and --smtp; see `returnsupport mailbox help`")
	}
	teams, err := h.teamsNamed(ctx, []string{m.team})
	if err != nil {
		return err
	}
	box := office.Mailbox{Team: teams[0], Address: address, Name: m.name, IMAP: m.imap, SMTP: m.smtp, PlusTokens: m.plus, Secure: m.secure, Authserv: m.authserv}
	// Said before the password is asked for.
	if _, _, err := mailbridge.ParseIMAP(m.imap); err != nil {
		return err
	}
	if _, err := mailbridge.ParseSMTP(m.smtp); err != nil {
		return err
	}
	var folder bool
	if box.After, box.AfterFolder, folder = strings.Cut(m.after, ":"); folder != (box.After == office.AfterMove) {
		return usageError("--after is delete, move:Folder, seen or leave")
	}
	if m.since != "" {
		if box.Since, err = time.Parse(time.DateOnly, m.since); err != nil {
			return usageError("--since is a day such as 2026-01-31")
		}
	}
	if box.Signature, err = fileText(m.signatureFile); err != nil {
		return err
	}
	box.OAuth = office.OAuth{Kind: m.oauth, Tenant: m.tenant, ClientID: m.client, AuthorizeURL: m.authorize, TokenURL: m.token, Scopes: m.scopes}
	if m.oauth != "" {
		box.OAuth.ClientSecret, err = c.secret(m.clientSecretFile, "client secret of "+address)
	} else {
		box.Password, err = c.secret(m.passwordFile, "IMAP password of "+address)
	}
	if err != nil {
		return err
	}
	if m.smtpPasswordFile != "" {
		if box.SMTPPassword, err = c.secret(m.smtpPasswordFile, ""); err != nil {
			return err
		}
	}
	if _, err := h.office.AddMailbox(ctx, h.staff.Console().User.ID, box); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "Added. Try it: returnsupport mailbox test %s\nA running server begins to collect within seconds.\n", address)
	return nil
}

func (h *house) listMailboxes(ctx context.Context, c console) error {
	boxes, err := h.office.Mailboxes(ctx)
	if err != nil {
		return err
	}
	teams, err := h.staff.Teams(ctx)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, t := range teams {
		names[string(t.ID)] = t.Name
	}
	tab := tabwriter.NewWriter(c.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tab, "ADDRESS\tTEAM\tCOLLECTED FROM\tSENT THROUGH\tAFTERWARDS\tSTATE")
	for _, b := range boxes {
		after := b.After
		if b.AfterFolder != "" {
			after += ":" + b.AfterFolder
		}
		fmt.Fprintf(tab, "%s\t%s\t%s\t%s\t%s\t%s\n", b.Address, names[string(b.Team)], b.IMAP, b.SMTP, after, b.State)
	}
	return tab.Flush()
}

func (h *house) mailboxNamed(ctx context.Context, address string) (office.Mailbox, error) {
	boxes, err := h.office.Mailboxes(ctx)
	if err != nil {
		return office.Mailbox{}, err
	}
	i := slices.IndexFunc(boxes, func(b office.Mailbox) bool { return strings.EqualFold(b.Address, address) })
	if i < 0 {
		return office.Mailbox{}, fmt.Errorf("there is no mailbox %s: see `returnsupport mailbox list`", address)
	}
	return boxes[i], nil
}

// secret reads a password from a file, or asks for it without showing it.
func (c console) secret(file, ask string) (string, error) {
	if file != "" {
		return fileText(file)
	}
	fmt.Fprintf(c.err, "%s: ", ask)
	if f, ok := c.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(c.err)
		return string(b), err
	}
	line, err := oneLine(c.in)
	if err != nil {
		return "", fmt.Errorf("read a secret: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// oneLine reads a line and not a byte more: the next secret is in the next.
func oneLine(from io.Reader) (string, error) {
	var line []byte
	var b [1]byte
	for {
		n, err := from.Read(b[:])
		if n > 0 && b[0] == '\n' || err == io.EOF {
			return string(line), nil
		}
		if err != nil {
			return "", err
		}
		line = append(line, b[:n]...)
	}
}

// fileText is a file without its last line end; no file is no text.
func fileText(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	b, err := os.ReadFile(path)
	return strings.TrimRight(string(b), "\r\n"), err
}
