package frontend

// Passkey is a button that has a passkey answer, in the form it stands in. Only
// browsers with scripts and passkeys show it.
type Passkey struct {
	Words
	Ask  string // the address of what it is asked
	Into string // the field that takes the answer
	Make bool   // a passkey is made, and the form's fields must be filled in
	Text string
	Main bool // what most people press here
}
