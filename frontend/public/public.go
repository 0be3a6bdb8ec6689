// Package public is every page of a person: the landing page, what it says of
// us, the first message, the code, the conversation, and the ways to leave it.
//
// Never: a word of a person in an address, a log or the browser's memory, and
// never anything of our desk.
package public
