package frontend

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// PublicPage is embedded by every page of a person instead of Page: its frame
// brings public.css and exit.js and nothing else.
type PublicPage struct {
	Page
	// Scripts are those this page needs besides: "talk.js".
	Scripts []string
	// Away is where the exit leads.
	Away string
	// Bare pages have no scripts: a frame within a page.
	Bare bool
}

func (p PublicPage) public() PublicPage { return p }

// Sign is what stands over the door in one language.
type Sign struct {
	Name  string // what the service calls itself; never with "return"
	Away  string // where the exit leads: "https://www.smhi.se/"
	Phone string // the number to call when a page does not help; "" for none
}

// sign is the house's, or the last known when the office does not answer: the
// way out and the number to call must be there then, too.
func (v *Visit) sign() Sign {
	sign := Sign{Name: v.site.PublicName, Away: weather}
	if v.site.Sign == nil {
		return sign
	}
	if kept, ok := v.site.signs.Load(v.Lang()); ok {
		if sign = kept.(Sign); v.site.storeLost.Load() {
			return sign
		}
	}
	ctx := v.Context
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	said, err := v.site.Sign(ctx, v.Lang())
	if err != nil {
		if v.Context == nil || v.Context.Err() == nil { // else it was the visitor who left
			v.site.signTrouble(err)
		}
		return sign
	}
	v.site.signTrouble(nil)
	if said.Name != "" {
		sign.Name = said.Name
	}
	if u, err := url.Parse(said.Away); err == nil && u.Scheme == "https" && u.Host != "" {
		sign.Away = said.Away
	}
	sign.Phone = said.Phone
	v.site.signs.Store(v.Lang(), sign)
	return sign
}

// signTrouble says once that the sign can't be read, and once that it can
// again: every page asks for it, and a log full of one thing hides the next.
func (s *Site) signTrouble(err error) {
	switch lost := err != nil; {
	case s.signLost.Swap(lost) == lost:
	case lost:
		s.Log.Error("the sign over the door could not be read; pages show the one from the start", "err", err)
	default:
		s.Log.Info("the sign over the door is read again")
	}
}

// PublicPage is what every person's page of this visit begins with. title must
// be neutral: it stands in the browser's history. "" shows the service's name
// alone.
func (v *Visit) PublicPage(title string) PublicPage {
	sign := v.sign()
	p := PublicPage{Page: v.Page(title), Away: sign.Away}
	p.Theme, p.Public = "", sign.Name
	return p
}

// personPolicy is policy for person's pages: they hold the log's frame and
// play recordings of ours.
var personPolicy = strings.Replace(policy, "frame-ancestors", "media-src 'self'; frame-src 'self'; frame-ancestors", 1)

// framedPolicy lets a page of ours hold this one.
var framedPolicy = strings.Replace(personPolicy, "frame-ancestors 'none'", "frame-ancestors 'self'", 1)

// ShowFrame shows a page within another page of ours, without scripts, and has
// the browser ask for next after a while. Nothing else may be framed.
func (v *Visit) ShowFrame(page Shown, every time.Duration, next string) error {
	v.c.Set("Content-Security-Policy", framedPolicy)
	v.c.Set("X-Frame-Options", "SAMEORIGIN")
	if every > 0 {
		v.c.Set("Refresh", strconv.Itoa(int(every/time.Second))+"; url="+next)
	}
	html, err := v.site.pages.render(page, inFrame)
	if err != nil {
		return err
	}
	v.c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return v.site.sendCompressed(v.c, html, worthIt)
}
