package tickets

import (
	"context"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/staff"
	"returnsupport/helpdesk/store"
)

// Together says that all that is asked under the context makes up one page, in
// one goroutine, which changes no ticket: each is opened once for it and not for
// each of its cards. Messages are read as ever, by a query that asks who reads
// them. The context ends with its page, and with it the keys.
func Together(ctx context.Context) context.Context {
	return context.WithValue(ctx, together{}, &page{files: map[opener]*caseFile{}})
}

type together struct{}

// page is what was opened for it. A nil one keeps nothing.
type page struct{ files map[opener]*caseFile }

type opener struct{ session, ticket helpdesk.ID }

// pageOf is the page that is being made; nil inside a transaction, which sees
// what others do not.
func pageOf(ctx context.Context, r store.Reader) *page {
	if _, inside := r.(*store.Tx); inside {
		return nil
	}
	p, _ := ctx.Value(together{}).(*page)
	return p
}

func (p *page) file(s *staff.Session, ticket helpdesk.ID) *caseFile {
	if p == nil {
		return nil
	}
	return p.files[opener{s.ID, ticket}]
}

func (p *page) keep(s *staff.Session, ticket helpdesk.ID, f *caseFile) {
	if p != nil {
		p.files[opener{s.ID, ticket}] = f
	}
}
