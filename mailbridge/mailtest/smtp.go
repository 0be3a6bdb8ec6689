package mailtest

import (
	"io"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

func newSMTP(w *World, o Options) *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &envelope{world: w, conn: c, needAuth: o.RequireAuth, tokens: o.Tokens}, nil
	}))
	s.Domain = "localhost"
	s.AllowInsecureAuth = true // loopback only, by Start
	s.EnableSMTPUTF8 = o.UTF8
	s.MaxMessageBytes = o.MaxSize
	s.MaxRecipients = 100
	s.ReadTimeout, s.WriteTimeout = time.Minute, time.Minute
	s.ErrorLog = quiet
	if !o.NoStartTLS {
		s.TLSConfig = w.certs.config
	}
	return s
}

// envelope is one SMTP session.
type envelope struct {
	world    *World
	conn     *smtp.Conn
	needAuth bool
	tokens   bool
	from     string
	to       []string
}

func (e *envelope) AuthMechanisms() []string {
	if e.tokens {
		return []string{sasl.OAuthBearer}
	}
	return []string{sasl.Plain, sasl.Login}
}

func (e *envelope) Auth(mech string) (sasl.Server, error) {
	check := func(name, password string) error {
		u := e.world.user(name)
		if u == nil || u.password != password {
			return smtp.ErrAuthFailed
		}
		e.needAuth = false
		return nil
	}
	switch mech {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, name, password string) error { return check(name, password) }), nil
	case sasl.Login:
		return &loginServer{check: check}, nil
	case sasl.OAuthBearer:
		return saysNo{sasl.NewOAuthBearerServer(func(o sasl.OAuthBearerOptions) *sasl.OAuthBearerError {
			if !takes(o.Username, o.Token) {
				return &sasl.OAuthBearerError{Status: "invalid_token"}
			}
			e.needAuth = false
			return nil
		})}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

// saysNo ends a refused sign-in by 535, as real servers do.
type saysNo struct{ sasl.Server }

func (s saysNo) Next(response []byte) (challenge []byte, done bool, err error) {
	if challenge, done, err = s.Server.Next(response); err != nil {
		err = smtp.ErrAuthFailed
	}
	return challenge, done, err
}

func (e *envelope) Mail(from string, _ *smtp.MailOptions) error {
	if e.needAuth {
		return smtp.ErrAuthRequired
	}
	e.from = from
	return nil
}

func (e *envelope) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := e.world.refusal(to); err != nil {
		return err
	}
	e.to = append(e.to, to)
	return nil
}

func (e *envelope) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	fault := e.world.dataFault()
	if fault.refuse != nil {
		return fault.refuse
	}
	if err := e.world.Send(e.from, e.to, raw); err != nil {
		return err
	}
	if fault.drop {
		// Filed, but the client never learns it: the case in which a letter
		// is sent twice with one Message-ID.
		e.conn.Conn().Close()
	}
	return nil
}

func (e *envelope) Reset() { e.from, e.to = "", nil }

func (e *envelope) Logout() error { return nil }

// loginServer is the server side of AUTH LOGIN, which go-sasl lacks.
type loginServer struct {
	check func(name, password string) error
	step  int
	name  string
}

func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	if response == nil {
		return []byte("Username:"), false, nil
	}
	l.step++
	if l.step == 1 {
		l.name = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.name, string(response))
}
