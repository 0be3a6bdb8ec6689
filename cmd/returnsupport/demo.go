package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/office"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/vault"
	"returnsupport/mailbridge/mailtest"
)

// demo is an invented organisation in one process, with its mail world.
type demo struct {
	*house
	world   *mailtest.World
	clock   *shifted
	signIns []demoSignIn
	teams   map[string]helpdesk.ID
	told    *demoStory
	again   bool                                 // the data folder holds an earlier demo
	present map[string]string                    // the cookies of colleagues the demo plays
	pause   func(time.Duration) <-chan time.Time // between letters that arrive while one watches
}

// shifted is a clock that can stand in the past, so that last week's letters
// arrive last week.
type shifted struct{ back atomic.Int64 }

func (s *shifted) now() time.Time { return time.Now().Add(-time.Duration(s.back.Load())) }

func (s *shifted) before(d time.Duration) { s.back.Store(int64(d)) }

// demoCost makes a guess at the demo's words cheap: they are printed anyway.
var demoCost = vault.Cost{MiB: 1, Passes: 1}

func runDemo(ctx context.Context, c console, args []string) error {
	var port, mailPort int
	set, rest, err := readSettings(args, c.env, func(f *flag.FlagSet) {
		f.IntVar(&port, "port", 8080, "")
		f.IntVar(&mailPort, "mail-port", 8025, "")
	})
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError("demo takes no words, only flags")
	}
	log, err := c.logger("warn")
	if err != nil {
		return err
	}
	// Only a folder asked for by name is kept.
	if set.data == known[0].fallback {
		if set.data, err = os.MkdirTemp("", "returnsupport-demo-"); err != nil {
			return fmt.Errorf("make a folder for the demo: %w", err)
		}
		defer os.RemoveAll(set.data)
	}
	set.database = "sqlite:" + filepath.Join(set.data, "returnsupport.db")
	set.secrets = filepath.Join(set.data, "server.secrets")
	set.redis = "" // one process, whatever the environment says
	set.listen = loopback(port)
	d, err := newDemo(ctx, set, log)
	if err != nil {
		return err
	}
	defer d.Close()
	defer d.world.Close()
	mail, err := net.Listen("tcp", loopback(mailPort))
	if err != nil {
		return fmt.Errorf("listen for the mail program: %w", err)
	}
	return d.run(ctx, c.out, mail)
}

// loopback prefers the usual port and takes any free one when that is taken.
func loopback(port int) string {
	address := fmt.Sprintf("127.0.0.1:%d", port)
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "127.0.0.1:0"
	}
	l.Close()
	return address
}

// named says an address by this machine's name: browsers bind a passkey to a
// name, and to no number.
func named(address string) string {
	return strings.Replace(address, "//127.0.0.1:", "//localhost:", 1)
}

// run serves both pages, plays the week, and then lets a letter arrive now and
// then for as long as somebody watches.
func (d *demo) run(ctx context.Context, out io.Writer, mail net.Listener) error {
	group, ctx := errgroup.WithContext(ctx)
	desk := make(chan string, 1)
	group.Go(func() error {
		return d.serve(ctx, func(address string) { desk <- address })
	})
	group.Go(func() error {
		var address string
		select {
		case address = <-desk:
		case <-ctx.Done():
			return nil
		}
		program := newMailProgram(d.world, d.clock.now, named(address))
		program.signIns = d.signIns
		app := program.app()
		group.Go(func() error {
			<-ctx.Done()
			app.ShutdownWithTimeout(time.Second) // a browser that keeps its connection open is not waited for
			mail.Close()                         // where the server had not begun to listen yet
			return nil
		})
		group.Go(func() error { return unlessEnded(ctx, app.Listener(mail)) })
		d.print(out, named(address), "http://"+mail.Addr().String()+"/")
		var err error
		if !d.again {
			if err = d.playWeek(ctx); err == nil {
				err = d.setDates(ctx)
			}
			if err == nil {
				err = d.handOn(ctx)
			}
		}
		if err == nil {
			// Only now: while the week is played the clock stands in the past, and
			// a session begun there has ended when it comes back.
			err = d.beThere(ctx)
			group.Go(func() error { return unlessEnded(ctx, d.stayThere(ctx)) })
		}
		if err == nil && !d.again {
			var begun chat.Begun
			if begun, err = d.beginTalk(ctx); err == nil {
				group.Go(func() error { return unlessEnded(ctx, d.talkAlong(ctx, begun)) })
			}
		}
		if err == nil {
			fmt.Fprintln(out, "The week of letters is there. A new one arrives every half a minute or so.")
			err = d.playLater(ctx)
		}
		if ctx.Err() != nil {
			return nil
		}
		return err
	})
	return group.Wait()
}

func (d *demo) print(out io.Writer, desk, mail string) {
	fmt.Fprintf(out, "\nThe counsellors' desk    %sw/queue\nThe persons' door        %s\nThe persons' mail        %s\n\nSign in as\n", desk, desk, mail)
	for _, s := range d.signIns {
		if s.Secret == "" {
			fmt.Fprintf(out, "  %-8s %-42s %s\n", s.Login, s.Words, s.Name)
		}
	}
	fmt.Fprintf(out, "\nA volunteer of a local branch signs in at %sb; name, words and the code of the moment stand on the page of the persons' mail.\n", desk)
	fmt.Fprintln(out, "\nNothing leaves this computer. Ctrl-C ends it.")
}

// newDemo makes the house, its people and the mail world. With a kept data
// folder a second start finds the same people, and invents them anew only in
// an empty one.
func newDemo(ctx context.Context, set settings, log *slog.Logger) (*demo, error) {
	secrets, err := readSecrets(set.secrets)
	if errors.Is(err, errNotInitialised) {
		secrets = vault.NewSecrets()
		err = writeSecrets(set.secrets, secrets)
	}
	if err != nil {
		return nil, err
	}
	clock := &shifted{}
	h, err := build(ctx, set, secrets, demoCost, clock.now, log)
	if err != nil {
		return nil, err
	}
	h.small = true
	world, err := mailtest.Start(mailtest.Options{})
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	d := &demo{house: h, world: world, clock: clock, teams: map[string]helpdesk.ID{}, present: map[string]string{}, pause: time.After}
	if err := d.begin(ctx); err != nil {
		world.Close()
		return nil, errors.Join(err, h.Close())
	}
	return d, nil
}

const demoPassword = "demo"

// begin fills the mail world, and an empty data folder with people.
func (d *demo) begin(ctx context.Context) error {
	for _, address := range []string{demoLine, demoChildren, demoPartners} {
		if err := d.world.AddUser(address, demoPassword); err != nil {
			return err
		}
	}
	for _, p := range demoPersons {
		if err := d.world.AddUser(p.address, demoPassword); err != nil {
			return err
		}
	}
	for _, login := range []string{"maria", "yusuf", "ida"} { // where reminders go
		if err := d.world.AddUser(login+"@stod.example", demoPassword); err != nil {
			return err
		}
	}
	path := filepath.Join(d.set.data, "demo.json")
	if b, err := os.ReadFile(path); err == nil {
		d.again = true
		if err := json.Unmarshal(b, &d.signIns); err != nil {
			return fmt.Errorf("read the demo's sign-ins: %w", err)
		}
		// A demo that was killed while it played its week left these as they were.
		if err := d.letters(ctx, "10", "yes"); err != nil {
			return err
		}
		return d.mailboxesAgain(ctx)
	}
	d.clock.before(8 * day)
	defer d.clock.before(0)
	if err := d.people(ctx); err != nil {
		return err
	}
	b, err := json.Marshal(d.signIns)
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}

// people invents the staff, the teams and the mailboxes.
func (d *demo) people(ctx context.Context) error {
	result, err := d.staff.Init(ctx, staff.InitOptions{WordsAlone: true, Login: "maria", Name: "Maria Sund", Address: "maria@stod.example", Locale: "en",
		Teams: []staff.NewTeam{{Name: "Returnsupport"}, {Name: "Children's line", Restricted: true}, {Name: "Partner line"}}})
	if err != nil {
		return err
	}
	d.signIns = []demoSignIn{{Name: "Maria, coordinator", Login: "maria", Words: result.Words}}
	for _, t := range result.Teams {
		d.teams[t.Name] = t.ID
	}
	maria, err := d.signIn(ctx, "maria")
	if err != nil {
		return err
	}
	for _, colleague := range []struct{ login, name, team string }{
		{"yusuf", "Yusuf Rahimi", "Returnsupport"}, {"ida", "Ida Berg", "Children's line"},
	} {
		words, err := d.colleague(ctx, maria, colleague.login, colleague.name, d.teams[colleague.team])
		if err != nil {
			return err
		}
		d.signIns = append(d.signIns, demoSignIn{Name: colleague.name + ", " + colleague.team, Login: colleague.login, Words: words})
	}
	if err := d.openHouse(ctx); err != nil {
		return err
	}
	if err := d.fillDirectory(ctx, maria); err != nil {
		return err
	}
	if err := d.volunteer(ctx); err != nil {
		return err
	}
	return d.mailboxesFor(ctx)
}

func (d *demo) colleague(ctx context.Context, by *staff.Session, login, name string, team helpdesk.ID) (words string, err error) {
	token, err := d.staff.Invite(ctx, d.staff.Console(), login, name, login+"@stod.example", staff.Counsellor, team)
	if err != nil {
		return "", err
	}
	words, _, err = d.staff.Accept(ctx, token, "en")
	if err != nil {
		return "", err
	}
	users, err := d.staff.Users(ctx)
	if err != nil {
		return "", err
	}
	for _, u := range users {
		if u.Login == login {
			return words, d.staff.Admit(ctx, by, u.ID, team)
		}
	}
	return "", helpdesk.ErrNotFound
}

func (d *demo) mailboxesFor(ctx context.Context) error {
	for address, team := range map[string]string{demoLine: "Returnsupport", demoChildren: "Children's line", demoPartners: "Partner line"} {
		m := office.Mailbox{
			Team: d.teams[team], Address: address, Name: "Samtalsstöd", PlusTokens: true, Password: demoPassword,
			After: office.AfterMove, AfterFolder: "Archive",
			Signature: "Samtalsstöd\nWe are not the Migration Agency and not the police.",
		}
		d.live(&m)
		if _, err := d.office.AddMailbox(ctx, "", m); err != nil {
			return err
		}
	}
	return nil
}

// mailboxesAgain points kept mailboxes to the new mail world.
func (d *demo) mailboxesAgain(ctx context.Context) error {
	boxes, err := d.office.Mailboxes(ctx)
	if err != nil {
		return err
	}
	for _, m := range boxes {
		d.live(&m)
		if err := d.office.ChangeMailbox(ctx, "", m); err != nil {
			return err
		}
	}
	return nil
}

// live says where the mail world of this run listens.
func (d *demo) live(m *office.Mailbox) {
	m.IMAP = "imap://" + m.Address + "@" + d.world.IMAPAddr()
	m.SMTP = "smtp://" + d.world.SMTPAddr()
}

// signIn is a session of the demo's own hand.
func (d *demo) signIn(ctx context.Context, login string) (*staff.Session, error) {
	cookie, err := d.cookie(ctx, login)
	if err != nil {
		return nil, err
	}
	return d.staff.Session(ctx, cookie, false)
}

func (d *demo) cookie(ctx context.Context, login string) (string, error) {
	for _, s := range d.signIns {
		if s.Login == login {
			return d.staff.SignIn(ctx, login, s.Words)
		}
	}
	return "", helpdesk.ErrNotFound
}
