package mailbridge

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-imap"
	"github.com/emersion/go-sasl"
)

// Tokens hands out what signs in where a server takes no password: an OAuth 2
// access token (RFC 6749 section 1.4). Its values are compared as Mailbox is, so
// they are small and hold no token themselves.
type Tokens interface {
	// Token is a token that the server has not refused a moment ago; refused is ""
	// at first. Its errors are Trouble: TokenRefused or TokenLater.
	Token(ctx context.Context, refused Secret) (Secret, error)
}

// The mechanisms that take a token: RFC 7628, and the older one of Google and
// Microsoft.
const (
	oauthBearer = "OAUTHBEARER"
	xoauth2     = "XOAUTH2"
)

// bearer is the client's side of both.
type bearer struct {
	mechanism string
	srv       Server
	token     Secret
}

func (b bearer) Start() (mechanism string, first []byte, err error) {
	if b.mechanism == xoauth2 {
		return xoauth2, fmt.Appendf(nil, "user=%s\x01auth=Bearer %s\x01\x01", b.srv.User, string(b.token)), nil
	}
	user := strings.NewReplacer("=", "=3D", ",", "=2C").Replace(b.srv.User) // RFC 5801 section 4
	return oauthBearer, fmt.Appendf(nil, "n,a=%s,\x01host=%s\x01port=%d\x01auth=Bearer %s\x01\x01", user, b.srv.Host, b.srv.Port, string(b.token)), nil
}

// Next answers the server's reason for a refusal: it waits for this before it
// says no (RFC 7628 section 3.2.3).
func (b bearer) Next([]byte) ([]byte, error) {
	if b.mechanism == xoauth2 {
		return []byte{}, nil
	}
	return []byte{1}, nil
}

// bear signs in with a token, and once more with a fresh one where the first is
// refused: an issuer may take a token back before its time.
func bear(ctx context.Context, srv Server, offered func(mechanism string) bool, authenticate func(sasl.Client) error) error {
	mechanism := oauthBearer
	if !offered(mechanism) {
		mechanism = xoauth2
	}
	if !offered(mechanism) {
		return trouble(SignInMethod, errors.New("neither OAUTHBEARER nor XOAUTH2 is offered"))
	}
	var refused Secret
	for {
		token, err := srv.Tokens.Token(ctx, refused)
		if err != nil {
			return err
		}
		if strings.ContainsAny(string(token), "\x00\x01\r\n") {
			return trouble(TokenRefused, errors.New("that is no token")) // RFC 6750 section 2.1
		}
		err = authenticate(bearer{mechanism, srv, token})
		if CodeOf(err) != SignIn || refused != "" {
			return err
		}
		refused = token
	}
}

// challenges is how often a server may ask within one sign-in.
const challenges = 3

// authenticate runs a mechanism without an initial response, which every
// server understands (RFC 3501 section 6.2.2).
func (s *session) authenticate(c sasl.Client) error {
	mechanism, answer, err := c.Start()
	if err != nil {
		return trouble(SignInMethod, err)
	}
	asked := 0
	_, err = s.command("AUTHENTICATE "+mechanism, func(resp imap.Resp) error {
		if _, ok := resp.(*imap.ContinuationReq); !ok {
			return nil
		}
		if err := s.send(base64.StdEncoding.EncodeToString(answer) + "\r\n"); err != nil {
			return err
		}
		asked++
		if asked > challenges {
			return trouble(Protocol, errors.New("the server asks without end"))
		}
		answer, _ = c.Next(nil) // PLAIN has nothing more to say: an empty answer
		return nil
	})
	if CodeOf(err) == Declined {
		return trouble(SignIn, err)
	}
	return err
}
