package workspace

import (
	"returnsupport/consent"
	"returnsupport/frontend"
	"returnsupport/helpdesk"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/tickets"
)

// bell rings for the lists of the visitor's teams and for the ticket they look
// at, and brings what is said in its talk. A word in a talk does not ring the
// team.
func (d *desk) bell(v *frontend.Visit) (frontend.Hearing, error) {
	h := frontend.Hearing{Rings: []frontend.Ring{{Topic: post.TopicOutbox, Subject: v.Session.User.ID}, {Topic: chat.TopicWaiting},
		{Topic: tickets.TopicNamed, Subject: v.Session.User.ID}}}
	for _, t := range v.Session.Teams() {
		h.Rings = append(h.Rings, frontend.Ring{Topic: tickets.TopicTeam, Subject: t.ID})
	}
	if v.Query("referrals") != "" {
		all, err := d.Consent.Underway(v.Context, v.Session)
		if err != nil {
			return h, err
		}
		for _, r := range all {
			h.Rings = append(h.Rings, frontend.Ring{Topic: consent.TopicReferral, Subject: r.ID})
		}
	}
	var here helpdesk.ID
	if id, err := helpdesk.ParseID(v.Query("t")); err == nil {
		// Where it is not theirs to hear, the page itself says so.
		if conversation, _, err := d.Tickets.PersonConversation(v.Context, v.Session, id); err == nil {
			here = conversation
			h.Rings = append(h.Rings, frontend.Ring{Topic: tickets.TopicTicket, Subject: id}, frontend.Ring{Topic: consent.TopicConsent, Subject: id})
			h.Of = []frontend.Ring{{Topic: chat.TopicTable, Subject: here}}
			h.Fresh = func(v *frontend.Visit, after int64, words bool) (frontend.Shown, int64, error) {
				page, err := d.talkAfter(v, id, after, words)
				if err == nil && page.shut {
					err = frontend.ErrStale // sealed anew since, perhaps
				}
				return page, page.After, err
			}
		}
	}
	talks, err := d.Chat.Talks(v.Context, v.Session)
	if err != nil {
		return h, err
	}
	for _, t := range talks {
		if t.Conversation != here {
			h.Rings = append(h.Rings, frontend.Ring{Topic: chat.TopicTable, Subject: t.Conversation})
		}
	}
	return h, nil
}
