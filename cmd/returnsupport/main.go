// Command returnsupport is the one binary of the house: it reads the
// environment, makes the rooms, wires them and runs them.
//
// Never: a rule. What may be done, and by whom, is decided in the rooms.
package main

func main() {}
