// The requests about values and definitions.
package main

// encode answers {"outcome": "encoded", "canonical": text}, or {"outcome": "rejected", "code": ..., "path": ...}.
//
// Evaluate request["expr"] and give your port's canonical JSON of the value (chapter 2 of the specification).
func encode(request Message) Message {
	return notYet("encode", "values.go, func encode")
}

// decode answers {"outcome": "decoded", "canonical": text}, or {"outcome": "rejected", "code": ...}.
//
// Decode the bytes behind request["raw_b64"] with your port's codec and encode what they gave.
func decode(request Message) Message {
	return notYet("decode", "values.go, func decode")
}

// digest answers {"outcome": "digested", "digest": hexadecimal}: chapter 3, the input digest of a call.
func digest(request Message) Message {
	return notYet("digest", "values.go, func digest")
}

// define answers {"outcome": "defined", "definition": document}, or {"outcome": "rejected", "code": ...}: chapter 5.
func define(request Message) Message {
	return notYet("define", "values.go, func define")
}

func notYet(op, where string) Message {
	return Message{"outcome": "errored", "message": "implement " + op + ": " + where + " (conformance/PORTING.md)"}
}
