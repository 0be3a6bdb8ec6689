package api

import (
	"net/http"

	"returnsupport/frontend"
	"returnsupport/helpdesk/staff"
)

var paging = []query{
	{name: "after", says: "Where the page before ended: its next."},
	{name: "limit", says: "How many at most.", number: true},
}

// routes is everything there is, each line with who may.
var routes = []route{
	ask("/v1/token", "token", "What the token is and may do.", frontend.AnyProgram, (*desk).token),

	// Tickets of the teams that let the token in.
	ask("/v1/teams", "teams", "The teams whose tickets the token opens, with how much waits.", staff.ReadTickets, (*desk).teams),
	ask("/v1/tags", "tags", "The house's own list of tags.", staff.ReadTickets, (*desk).tags),
	ask("/v1/tickets", "tickets", "A queue: what is lost if missed first, then the longest wait.", staff.ReadTickets, (*desk).tickets, append([]query{
		{name: "queue", says: "Which; team is everybody's that is not closed.", one: queues},
		{name: "team", says: "The id of one team; all of the token's without it."},
		{name: "since", says: "Only those in which a letter, an answer or a word was added at or after this instant (RFC 3339). A page may then be short and still have a next."},
	}, paging...)...),
	ask("/v1/tickets/{id}", "ticket", "One ticket with what the person and we wrote to each other. Opening it stands in the journal.", staff.ReadTickets, (*desk).ticket,
		query{name: "after", says: "Only messages with a greater serial.", number: true}),
	{method: http.MethodGet, path: "/v1/messages/{id}/files/{position}", id: "file", says: "An attachment of a letter, an answer or a note of the token's own, to be saved and never shown in place. Opening it stands in the journal.", may: staff.ReadTickets,
		out: typeOf[file](), status: http.StatusOK, do: (*desk).file},
	bring("/v1/tickets", "open", "A ticket of what somebody filled in on another site, with the files they sent. Its sender counts as not proven.", staff.WriteTickets, (*desk).open),
	bring("/v1/tickets/{id}/notes", "note", "A note for colleagues, be it with files; what should be said to the person, too, as a proposal: a counsellor sends it.", staff.WriteTickets, (*desk).note),
	tell(http.MethodPatch, "/v1/tickets/{id}", "change", "Close or reopen a ticket, or put tags on it and take others off: one of them at a time.", staff.WriteTickets, http.StatusOK, matched, (*desk).change),

	// The directory, in the shape of HSDS 3.
	tell(http.MethodPost, "/v1/directory/search", "search", "Services, as everybody may see them. What is sought stands in the body, because addresses are written down by many.", staff.ReadDirectory, http.StatusOK, unguarded, (*desk).search),
	ask("/v1/directory/organizations/{id}", "organization", "One organisation with its services and where and when they are given.", staff.ReadDirectory, (*desk).organization),
	ask("/v1/directory/records/{kind}/{hsds}", "record", "One row of an HSDS table, for who keeps it: kind is the table's, hsds the row's id there.", staff.WriteDirectory, (*desk).record),
	tell(http.MethodPut, "/v1/directory/records/{kind}/{hsds}", "put", "Write a row of an HSDS table, new or as it was read: organization, service, location, service_at_location, schedule, phone and the others. Nobody is vetted by it.", staff.WriteDirectory, http.StatusOK, either, (*desk).put),

	// When who is open.
	ask("/v1/open", "open_now", "Which lines are open now.", frontend.Anybody, (*desk).openNow),
	ask("/v1/hours", "hours", "When each line is open in the next fourteen days.", staff.ReadHours, (*desk).hours),

	// How much there is to do.
	ask("/v1/figures", "figures", "How many tickets stand where, rounded down to fives, and nothing of restricted teams.", staff.ReadFigures, (*desk).figures),
}
