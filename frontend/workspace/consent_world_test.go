package workspace_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"regexp"

	"returnsupport/consent"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/directory"
	"returnsupport/helpdesk/people"
)

// vetted is an organisation of the directory that counts today.
func (w *world) vetted(name string, kind directory.Kind, country string, takes directory.Takes) helpdesk.ID {
	w.Helper()
	org, err := w.directory.Put(w.Context(), w.staff.Console(), directory.Named(name, "They help"))
	w.ok(err)
	_, err = w.directory.Put(w.Context(), w.staff.Console(), directory.Record{Kind: "service", Fields: map[string]string{"name": name + " service", "status": "active", "description": "A bed for the night"},
		Up: map[string][]string{"organization_id": {org.HSDS}}})
	w.ok(err)
	_, err = w.directory.Vet(w.Context(), w.staff.Console(), org.ID, directory.Vetting{Kind: kind, Country: country, By: w.ada, On: "2026-01-01", Until: "2026-12-31",
		SharesWithAuthorities: directory.SharesNo, Takes: takes, Shown: directory.ForCounsellors})
	w.ok(err)
	return org.ID
}

// somebody is a person who talks, and their ticket.
func (w *world) somebody() (*people.Guest, helpdesk.ID) {
	w.Helper()
	b, g := w.knock(chat.First{Text: "My name is Kanarie and I am ill"})
	return g, b.Ticket
}

// upload presses a button of a form with a file.
func (c *colleague) uploads(status int, html, path, field string, file []byte, fields ...string) string {
	c.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	c.ok(m.WriteField("proof", proofOf(html, path)))
	for i := 0; i+1 < len(fields); i += 2 {
		c.ok(m.WriteField(fields[i], fields[i+1]))
	}
	part, err := m.CreateFormFile(field, "paper.png")
	c.ok(err)
	_, err = part.Write(file)
	c.ok(err)
	c.ok(m.Close())
	r, err := http.NewRequest("POST", c.url+path, &body)
	c.ok(err)
	return c.do(r, status, []string{"Content-Type", m.FormDataContentType(), "Origin", c.url})
}

// consentOf is the one consent of a ticket for a purpose.
func (c *colleague) consentOf(ticket helpdesk.ID, purpose string) consent.Allowed {
	c.Helper()
	all, err := c.door.Of(c.Context(), c.session(c.login, c.words), ticket)
	c.ok(err)
	for _, a := range all {
		if a.Purpose.Code == purpose {
			return a
		}
	}
	c.Fatalf("no consent for %q", purpose)
	return consent.Allowed{}
}

func (c *colleague) referralOf(ticket helpdesk.ID) consent.Referred {
	c.Helper()
	s := c.session(c.login, c.words)
	all, err := c.door.Referrals(c.Context(), s, ticket)
	c.ok(err)
	if len(all) == 0 {
		c.Fatal("no referral")
	}
	r, err := c.door.Referral(c.Context(), s, all[len(all)-1].ID)
	c.ok(err)
	return r
}

// png is the smallest picture that is told to be one.
var png = append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 64)...)

var itemKeys = regexp.MustCompile(`name="[a-z]+-item" value="([^"]+)"`)
