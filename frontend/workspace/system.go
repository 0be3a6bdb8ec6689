package workspace

import (
	"strings"

	"returnsupport/helpdesk"
	"returnsupport/helpdesk/branches"
	"returnsupport/helpdesk/chat"
	"returnsupport/helpdesk/post"
	"returnsupport/helpdesk/tickets"
)

// systemKeys are the facts that can stand in a conversation.
var systemKeys = []string{
	tickets.SystemGiven, tickets.SystemTeam, tickets.SystemJoined, tickets.SystemUnjoined, tickets.SystemLent, tickets.SystemEnded, tickets.SystemLeft,
	tickets.SystemConsulted, tickets.SystemUnasked, tickets.SystemCame, tickets.SystemKnocked, tickets.SystemSplit, tickets.SystemUnsplit, tickets.SystemCalled, tickets.SystemMoved, post.SystemUndelivered, post.SystemReturned, post.SystemReturnedSoft, post.SystemDelayed,
	chat.SystemTaken, chat.SystemAway, chat.SystemHanded, chat.SystemBrought, chat.SystemMissed, chat.SystemEnded, chat.SystemTravel,
	branches.SystemHandedOn,
	"chat.danger." + string(chat.AskWhere), "chat.danger." + string(chat.Emergency), "chat.danger." + string(chat.Second),
	"chat.danger." + string(chat.Told), "chat.danger." + string(chat.Aftercare),
}

// aboutSomebody are those whose first argument is a colleague, or a team.
var aboutSomebody = []string{tickets.SystemLent, tickets.SystemEnded, tickets.SystemConsulted, tickets.SystemUnasked}

// whom is the colleague or team a fact is about.
func (s *showing) whom(m tickets.Opened) string {
	if len(m.Content.Args) == 0 {
		return s.Say("message.inside")
	}
	id := helpdesk.ID(m.Content.Args[0])
	return firstOf(s.teams[id], s.names[id], s.Say("message.inside"))
}

// system says a fact that stands in the conversation as a key.
func (s *showing) system(m tickets.Opened) string {
	c := m.Content
	args := make([]any, len(c.Args))
	for i, a := range c.Args {
		args[i] = a
		if name := firstOf(s.teams[helpdesk.ID(a)], s.names[helpdesk.ID(a)]); name != "" {
			args[i] = name
		}
	}
	key, first := "system."+c.Key, ""
	if strings.HasPrefix(c.Key, "chat.") {
		key = "fact." + c.Key // persons read their own words for the same fact
	}
	if len(c.Args) > 0 {
		first = c.Args[0]
	}
	switch c.Key {
	case tickets.SystemJoined, tickets.SystemUnjoined:
		for i := range args {
			args[i] = "R-" + c.Args[i]
		}
	case tickets.SystemCalled:
		if key += ".phone"; first == tickets.ByVisit {
			key = "system." + c.Key + ".visit"
		}
		args = nil
	case post.SystemUndelivered, post.SystemReturned, post.SystemReturnedSoft, post.SystemDelayed:
		if len(c.Args) > 1 {
			args[1] = s.Say(why(c.Args[1]))
		}
	case tickets.SystemLent, tickets.SystemEnded, tickets.SystemConsulted, tickets.SystemUnasked:
		args = []any{s.whom(m)}
	case chat.SystemHanded:
		if first == "" {
			key += ".anybody"
		}
	case chat.SystemBrought:
		if len(c.Args) > 1 && c.Args[1] == "interpreter" {
			key += ".interpreter"
		}
	case chat.SystemEnded:
		return s.Say("sitting.ended." + endedBy(first))
	}
	for _, known := range systemKeys {
		if c.Key != known {
			continue
		}
		said := strings.TrimSpace(s.Say(key, args...))
		if m.Author != "" && strings.HasPrefix(c.Key, "chat.") {
			return s.colleague(m.Author) + ": " + said
		}
		return said
	}
	return s.Say("system.unknown")
}
