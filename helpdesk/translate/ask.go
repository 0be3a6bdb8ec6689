package translate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"returnsupport/helpdesk"
)

// Auto asks the server to guess the language of a text.
const Auto = "auto"

// Language is one the server can read, and what it can write from there.
type Language struct {
	Code    string // as the server spells it
	Name    string
	Targets []string
}

// like are tags of ours that a server may know under the name of the language
// they are written like.
var like = map[string]string{"prs": "fa", "kmr": "ku", "nb": "no"}

// code is a tag as LibreTranslate spells it: the language alone, of Chinese
// with its script.
func code(tag string) string {
	tag = strings.ToLower(strings.TrimSpace(tag))
	if c, ok := like[tag]; ok {
		return c
	}
	if base, _, found := strings.Cut(tag, "-"); found && base != "zh" {
		return base
	}
	return tag
}

// wellFormed keeps anything but a tag from being sent as one.
func wellFormed(code string) bool {
	return len(code) >= 2 && len(code) <= 11 && !strings.ContainsFunc(code, func(r rune) bool {
		return (r < 'a' || r > 'z') && r != '-'
	})
}

// Languages lists what the server can do.
func (c *Client) Languages(ctx context.Context) ([]Language, error) {
	body, err := c.ask(ctx, http.MethodGet, "languages", nil)
	if err != nil {
		return nil, err
	}
	return readLanguages(body)
}

// Translate puts a text into another language; from may be Auto. Nothing but
// the text, the two languages and the key is sent. It is a machine's: whoever
// shows it says so.
//
// Refusals: "translate.language" the server does not know, "translate.large",
// "translate.key" it does not take, "translate.busy" and "translate.down".
func (c *Client) Translate(ctx context.Context, text, from, to string) (string, error) {
	if from == "" {
		from = Auto
	}
	if to = code(to); !wellFormed(to) || from != Auto && !wellFormed(code(from)) {
		return "", helpdesk.Refuse("translate.language")
	}
	if from != Auto {
		from = code(from)
	}
	if len(text) > TextMost || !utf8.ValidString(text) {
		return "", helpdesk.Refuse("translate.large", TextMost)
	}
	if strings.TrimSpace(text) == "" {
		return "", helpdesk.Refuse("beside.empty")
	}
	asked, err := json.Marshal(struct {
		Q      string `json:"q"`
		Source string `json:"source"`
		Target string `json:"target"`
		Format string `json:"format"`
		Key    string `json:"api_key,omitempty"`
	}{text, from, to, "text", c.key})
	if err != nil {
		return "", fmt.Errorf("ask for a translation: %w", err)
	}
	body, err := c.ask(ctx, http.MethodPost, "translate", asked)
	if err != nil {
		return "", err
	}
	return readTranslation(body)
}

// ask sends one request and reads its answer, at most answerMost bytes of it.
func (c *Client) ask(ctx context.Context, method, what string, body []byte) ([]byte, error) {
	select {
	case c.waiting <- struct{}{}:
		defer func() { <-c.waiting }()
	default:
		return nil, helpdesk.Refuse("translate.busy")
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(what).String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask the translation server: %w", err)
	}
	r.Header.Set("User-Agent", "") // nobody needs to know who asks
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(r)
	if err != nil {
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil, ctx.Err()
		}
		// What net/http says names the server's address; a page need not.
		return nil, helpdesk.Refuse("translate.down")
	}
	defer res.Body.Close()
	if err := refusal(res.StatusCode); err != nil {
		return nil, err // its words may repeat ours, so they are not read
	}
	out, err := io.ReadAll(io.LimitReader(res.Body, answerMost+1))
	if err != nil || len(out) > answerMost {
		return nil, helpdesk.Refuse("translate.down")
	}
	return out, nil
}

// refusal is what a status means; a redirect is as good as no answer.
func refusal(status int) error {
	switch status {
	case http.StatusOK:
		return nil
	case http.StatusBadRequest:
		return helpdesk.Refuse("translate.language")
	case http.StatusUnauthorized, http.StatusForbidden:
		return helpdesk.Refuse("translate.key")
	case http.StatusRequestEntityTooLarge:
		return helpdesk.Refuse("translate.large", TextMost)
	case http.StatusTooManyRequests:
		return helpdesk.Refuse("translate.busy")
	}
	return helpdesk.Refuse("translate.down")
}

// readTranslation reads the answer of POST /translate.
func readTranslation(body []byte) (string, error) {
	var answer struct {
		Text string `json:"translatedText"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return "", helpdesk.Refuse("translate.down") // the decoder's error may quote what it read
	}
	text := tidy(answer.Text)
	if text == "" {
		return "", helpdesk.Refuse("translate.down")
	}
	return text, nil
}

// tidy drops what no text needs: control characters, and direction marks that
// could turn the words around it.
func tidy(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ', r == 0x7f, r >= 0x80 && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == utf8.RuneError:
			return -1
		}
		return r
	}, strings.ReplaceAll(text, "\r\n", "\n")))
}

// languagesMost is more than any server knows.
const languagesMost = 500

// readLanguages reads the answer of GET /languages; what is no tag is left out.
func readLanguages(body []byte) ([]Language, error) {
	var answer []struct {
		Code    string   `json:"code"`
		Name    string   `json:"name"`
		Targets []string `json:"targets"`
	}
	if json.Unmarshal(body, &answer) != nil || len(answer) > languagesMost {
		return nil, helpdesk.Refuse("translate.down")
	}
	var out []Language
	for _, a := range answer {
		l := Language{Code: strings.ToLower(a.Code), Name: tidy(a.Name)}
		if !wellFormed(l.Code) || len(l.Name) > 100 || len(a.Targets) > languagesMost {
			continue
		}
		for _, t := range a.Targets {
			if t = strings.ToLower(t); wellFormed(t) && !slices.Contains(l.Targets, t) {
				l.Targets = append(l.Targets, t)
			}
		}
		out = append(out, l)
	}
	if len(out) == 0 {
		return nil, helpdesk.Refuse("translate.down")
	}
	return out, nil
}
