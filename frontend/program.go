package frontend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/bus"
	"returnsupport/helpdesk/staff"
)

// ProgramPath is where programs elsewhere find what is theirs. They come with a
// token in each request and never with a cookie, so no page of another site can
// make a browser ask in their name, and no form proves anything.
const ProgramPath = "/api"

// ProgramDoor is a Door that opens tokens, too; *staff.Desk is one.
type ProgramDoor interface {
	// ByToken opens what a token opens for one request, or helpdesk.ErrDenied.
	ByToken(ctx context.Context, token string) (*staff.Working, error)
}

// Who may ask a program's route besides those with a scope.
const (
	AnyProgram staff.Scope = "token" // with any token
	Anybody    staff.Scope = ""      // without one
)

// How often.
var (
	programRate = bus.Rate{Burst: 120, Every: 200 * time.Millisecond} // one token
	nobodyRate  = bus.Rate{Burst: 120, Every: 500 * time.Millisecond} // one address, without a token
)

// JSONBody is what a program may post.
const JSONBody Limit = 256 << 10

// Program adds a route for programs under ProgramPath, with who may ask it. What
// goes wrong becomes a problem (RFC 9457), never a page.
func (s *Site) Program(method, path string, may staff.Scope, do Handler, limit ...Limit) {
	most := JSONBody
	if len(limit) > 0 {
		most = limit[0]
	}
	s.app.Add(method, ProgramPath+path, func(c *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		v := &Visit{Context: ctx, site: s, c: c, most: most}
		defer s.finish(v)
		err := s.hearProgram(v, may)
		if err == nil {
			err = do(v)
		}
		if err != nil {
			return s.problem(v, err)
		}
		return nil
	})
}

// ofPrograms tells their paths from everybody else's.
func ofPrograms(path string) bool { return strings.HasPrefix(path, ProgramPath+"/") }

// hearProgram finds who asks, and whether they may.
func (s *Site) hearProgram(v *Visit, may staff.Scope) error {
	from := s.visitor(v.c)
	if may == Anybody {
		if fine, wait := s.Limiter.Allow(v.Context, s.Limiter.Address("program-open", from), nobodyRate); !fine {
			return tooOften{wait}
		}
		return nil
	}
	scheme, token, _ := strings.Cut(v.c.Get(fiber.HeaderAuthorization), " ")
	door, opens := s.Door.(ProgramDoor)
	if !strings.EqualFold(scheme, "Bearer") || token == "" || !opens {
		return Problem{Status: http.StatusUnauthorized, Code: "token", Detail: "Send a token: Authorization: Bearer rst_…"}
	}
	program, err := door.ByToken(v.Context, strings.TrimSpace(token))
	if errors.Is(err, helpdesk.ErrDenied) || errors.Is(err, helpdesk.ErrNotFound) {
		if fine, wait := s.Limiter.Allow(v.Context, s.Limiter.Address("program-knock", from), knockRate); !fine {
			return tooOften{wait}
		}
		return Problem{Status: http.StatusUnauthorized, Code: "token", Detail: "The token is not known here, has ended or has expired."}
	}
	if err != nil {
		return err
	}
	if err := v.Allow("program", string(program.User.ID), programRate); err != nil {
		return err
	}
	if may != AnyProgram && !program.May(may) {
		return Problem{Status: http.StatusForbidden, Code: "scope", Detail: "The token lacks the scope " + string(may) + "."}
	}
	v.Program = program
	return nil
}

// Problem is what went wrong, for a program. Detail holds nothing of anybody.
type Problem struct {
	Status int
	Code   string
	Detail string
}

func (p Problem) Error() string { return fmt.Sprintf("problem %d %s", p.Status, p.Code) }

// Told is a Problem as it is answered (RFC 9457).
type Told struct {
	Type     string `json:"type" doc:"always about:blank: code says more than a page could"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Code     string `json:"code" doc:"stays the same; a sentence may change"`
	Detail   string `json:"detail,omitempty"`
	Incident string `json:"incident,omitempty" doc:"a number by which our log knows it"`
}

// problem answers a program.
func (s *Site) problem(v *Visit, err error) error {
	if !safeMethod(v.c.Method()) {
		v.c.Context().SetConnectionClose() // the body may not have been read to its end
	}
	s.refused(v, err)
	told := Told{Type: "about:blank"}
	var own Problem
	var no helpdesk.Refusal
	var often tooOften
	switch {
	case errors.As(err, &own):
		told.Status, told.Code, told.Detail = own.Status, own.Code, own.Detail
	case errors.As(err, &no):
		told.Status, told.Code, told.Detail = http.StatusUnprocessableEntity, no.Key, s.Words.Say("en", no.Key, no.Args...)
	case errors.As(err, &often):
		v.c.Set(fiber.HeaderRetryAfter, strconv.Itoa(often.seconds()))
		told.Status, told.Code = http.StatusTooManyRequests, "often"
	default:
		a, known := facts(err)
		told.Status, told.Code = a.status, a.key
		if !known {
			told.Incident = incident()
			s.Log.Error("request failed", "incident", told.Incident, "method", v.c.Method(), "route", v.c.Route().Path, "err", err)
		}
	}
	if told.Status == http.StatusUnauthorized {
		v.c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="api"`)
	}
	told.Title = http.StatusText(told.Status)
	body, failed := json.Marshal(told)
	if failed != nil {
		return failed
	}
	v.c.Set(fiber.HeaderContentType, "application/problem+json")
	return v.c.Status(told.Status).Send(body)
}

// ReadJSON reads what a program posted into the value it points to. What the value
// has no place for is refused, and so is anything behind it.
func (v *Visit) ReadJSON(into any) error {
	if kind, _, err := mime.ParseMediaType(v.c.Get(fiber.HeaderContentType)); err != nil || kind != fiber.MIMEApplicationJSON {
		return Problem{Status: http.StatusUnsupportedMediaType, Code: "type", Detail: "Send application/json, or with files multipart/form-data where the address takes some."}
	}
	body, err := io.ReadAll(&counted{r: v.body(), left: int64(min(v.most, JSONBody)), hold: v.hold})
	if err != nil {
		return formFault(err)
	}
	return decodeJSON(body, into)
}

// ReadWithFiles is ReadJSON for what may also come as multipart/form-data: the
// same JSON as a part named json, and files as parts named file. They are as they
// came: frontend/uploads makes them harmless.
func (v *Visit) ReadWithFiles(into any) ([]Upload, error) {
	kind, params, err := mime.ParseMediaType(v.c.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEMultipartForm {
		return nil, v.ReadJSON(into)
	}
	v.Form.values = url.Values{}
	body := &counted{r: v.body(), left: int64(v.most), hold: v.hold}
	if err := v.readParts(multipart.NewReader(body, params["boundary"]), func() error { return nil }); err != nil {
		return nil, formFault(err)
	}
	said := v.Form.values["json"]
	if len(v.Form.values) != 1 || len(said) != 1 {
		return nil, Problem{Status: http.StatusBadRequest, Code: "parts", Detail: "Send one part named json, and files as parts named file."}
	}
	if len(said[0]) > int(JSONBody) {
		return nil, errTooLarge
	}
	return v.Form.Files, decodeJSON([]byte(said[0]), into)
}

func decodeJSON(body []byte, into any) error {
	d := json.NewDecoder(strings.NewReader(strings.ToValidUTF8(string(body), "\uFFFD")))
	d.DisallowUnknownFields()
	bad := Problem{Status: http.StatusBadRequest, Code: "json", Detail: "The body is not what this address takes."}
	if d.Decode(into) != nil {
		return bad // the decoder's own words may quote what was sent
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return bad
	}
	return nil
}

// Sent is a header of the request.
func (v *Visit) Sent(name string) string { return v.c.Get(name) }

// Answered ends with a status and no body.
func (v *Visit) Answered(status int) error { v.c.Status(status); return nil }
