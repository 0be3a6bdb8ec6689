// Package stories tells, in a real browser, what people do with the desk: they
// sign in, answer a letter and see the reply come. It holds tests only.
//
// Never: anything another package imports.
package stories
