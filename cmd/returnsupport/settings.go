package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"returnsupport/helpdesk/store"
)

// settings are the values of one process. What the organisation decides
// (mailboxes, texts, hours) lives in the database, in the room office.
type settings struct {
	data, database, secrets   string
	handedOver                bool // the secrets are a credential of systemd's
	redis                     string
	listen, cert, key, behind string
	publicURL                 string
	watch                     string
	machine                   machineSettings
	sso                       ssoSettings
	logLevel                  string
	opens                     opening // no setting: how, nil as the server does
}

// opening is a way to open the database: store.Open and its sisters.
type opening func(ctx context.Context, address string, log *slog.Logger) (*store.DB, error)

// setting is one line of `returnsupport settings`: a flag, an environment
// variable of the same name, a default and the reason to touch it.
type setting struct {
	name, fallback, help string
	secret               bool
	into                 func(*settings, string) error
}

func text(field func(*settings) *string) func(*settings, string) error {
	return func(s *settings, v string) error { *field(s) = v; return nil }
}

var known = []setting{
	{name: "data", fallback: "returnsupport-data", into: text(func(s *settings) *string { return &s.data }),
		help: "folder for the database file and the server secrets; made if absent, readable by this user alone"},
	{name: "database", fallback: "", secret: true, into: text(func(s *settings) *string { return &s.database }),
		help: "postgres://user:password@host/name, or sqlite:/path/file.db; empty: SQLite in the data folder"},
	{name: "redis", fallback: "", secret: true, into: text(func(s *settings) *string { return &s.redis }),
		help: "redis://[user:password@]host[:port], rediss:// or unix://, where several processes ring each other; needed as soon as there is a second one. It learns names and numbers only; while it is away the database is asked every two seconds"},
	{name: "secrets", fallback: "", into: text(func(s *settings) *string { return &s.secrets }),
		help: "file with the server secrets; empty: the systemd credential 'returnsupport', else server.secrets in the data folder. Back it up apart from the database: together they open waiting mail"},
	{name: "listen", fallback: "127.0.0.1:8080", into: text(func(s *settings) *string { return &s.listen }),
		help: "address of the web server; other than loopback only with cert and key, or behind-proxy"},
	{name: "cert", fallback: "", into: text(func(s *settings) *string { return &s.cert }), help: "TLS certificate chain, PEM file"},
	{name: "key", fallback: "", into: text(func(s *settings) *string { return &s.key }), help: "TLS private key, PEM file"},
	{name: "behind-proxy", fallback: "", into: text(func(s *settings) *string { return &s.behind }),
		help: "network of the proxy that ends TLS, such as 10.0.0.0/8; forwarded headers are believed from there alone"},
	{name: "public-url", fallback: "", into: text(func(s *settings) *string { return &s.publicURL }),
		help: "address under which people reach the pages, such as https://stod.example; empty: the listen address"},
	{name: "watch", fallback: "", into: text(func(s *settings) *string { return &s.watch }),
		help: "address for the machine's keepers alone, such as 127.0.0.1:9480: /live, /ready and /metrics (Prometheus). They show how the machine's work goes and nothing of persons, teams or mailboxes. Empty: none"},
	{name: "translate-url", fallback: "", into: text(func(s *settings) *string { return &s.machine.url }),
		help: "LibreTranslate server the organisation runs itself, such as http://127.0.0.1:5000; counsellors can then ask it for a translation of one message at a time. Empty: no text ever leaves. Only this machine and private networks are reached"},
	{name: "translate-key-file", fallback: "", into: text(func(s *settings) *string { return &s.machine.keyFile }),
		help: "file with the API key of that server, if it wants one"},
	{name: "translate-outside", fallback: "", into: text(func(s *settings) *string { return &s.machine.outside }),
		help: "that server's host name once more, if it lies outside private networks: only then is it reached there, and by https alone"},
	{name: "sso-name", fallback: "", into: text(func(s *settings) *string { return &s.sso.name }),
		help: "what colleagues call the organisation's own sign-in (OpenID Connect). It is a second factor beside the six words and opens nothing. Empty: none"},
	{name: "sso-issuer", fallback: "", into: text(func(s *settings) *string { return &s.sso.issuer }),
		help: "its issuer, such as https://login.organisation.example; register https://YOUR-DESK/w/sso/back there"},
	{name: "sso-client", fallback: "", into: text(func(s *settings) *string { return &s.sso.client }), help: "what it calls this house: the client id"},
	{name: "sso-secret-file", fallback: "", into: text(func(s *settings) *string { return &s.sso.secretFile }),
		help: "file with the client secret, readable by this user alone"},
	{name: "log-level", fallback: "info", into: text(func(s *settings) *string { return &s.logLevel }),
		help: "debug, info, warn or error; no level logs what somebody wrote"},
}

// variable is the setting's name in the environment.
func (s setting) variable() string {
	return "RETURNSUPPORT_" + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
}

// readSettings takes flags before the environment before the defaults, and
// returns the arguments that follow the flags. More flags of a command are
// declared by extra.
func readSettings(args []string, env func(string) string, extra func(*flag.FlagSet)) (settings, []string, error) {
	var s settings
	flags := flag.NewFlagSet("returnsupport", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	given := map[string]*string{}
	for _, k := range known {
		given[k.name] = flags.String(k.name, "", k.help)
	}
	if extra != nil {
		extra(flags)
	}
	rest, err := interleaved(flags, args)
	if err != nil {
		return s, nil, err
	}
	for _, k := range known {
		value := k.fallback
		if v := env(k.variable()); v != "" {
			value = v
		}
		if v := *given[k.name]; v != "" {
			value = v
		}
		if err := k.into(&s, value); err != nil {
			// The value itself is left out: it may be a secret.
			return s, nil, fmt.Errorf("setting %s: %w", k.name, err)
		}
	}
	if s.database == "" {
		s.database = "sqlite:" + filepath.Join(s.data, "returnsupport.db")
	}
	credentials := env("CREDENTIALS_DIRECTORY")
	if s.secrets == "" {
		s.secrets = filepath.Join(s.data, "server.secrets")
		if credentials != "" {
			s.secrets = filepath.Join(credentials, "returnsupport")
		}
	}
	s.handedOver = credentials != "" && filepath.Dir(s.secrets) == filepath.Clean(credentials)
	return s, rest, nil
}

// interleaved parses flags wherever they stand: `mailbox add X --team Y` and
// `mailbox --team Y add X` are the same command.
func interleaved(flags *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		args = flags.Args()
		if len(args) == 0 {
			return rest, nil
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}

// printSettings explains every setting; a secret shows only that it is set.
func printSettings(w io.Writer, env func(string) string, s settings) {
	tab := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tab, "SETTING\tENVIRONMENT\tVALUE\tFROM\tWHAT FOR")
	for _, k := range known {
		value, from := k.fallback, "default"
		if v := env(k.variable()); v != "" {
			value, from = v, "environment"
		}
		switch {
		case k.secret && value != "":
			value = "set"
		case value == "":
			value = "-"
		}
		fmt.Fprintf(tab, "--%s\t%s\t%s\t%s\t%s\n", k.name, k.variable(), value, from, k.help)
	}
	tab.Flush()
	fmt.Fprintf(w, "\nserver secrets in %s\n", s.secrets)
}

// environment is the one place where the process' environment is read.
func environment(name string) string { return os.Getenv(name) }
