package bus

// Trouble says in one word why Redis does not serve us. Its own errors stay
// here: they may quote addresses.
type Trouble string

// What may be wrong.
const (
	NoTrouble   Trouble = ""
	Unreachable Trouble = "unreachable" // nobody answers at the address
	NameLookup  Trouble = "name"        // no name server knows the host
	TimedOut    Trouble = "timeout"     // it stopped answering
	Closed      Trouble = "closed"      // it hung up
	SignIn      Trouble = "sign-in"     // it wants another user name or password
	Forbidden   Trouble = "forbidden"   // this user may not do what we need
	Insecure    Trouble = "tls"         // no TLS there, or a certificate we don't trust
	Starting    Trouble = "starting"    // it is loading, full or read-only
	Strange     Trouble = "protocol"    // what answers is no Redis
)
