// Command bench measures the house against the bare parts doing the same work
// in the same run.
//
// Never: part of a test. Machines are shared and noisy; a figure is a ratio
// beside its baseline, the median of several runs, read by a person.
package main

func main() {}
