// The request that everything is about: one use of an entrypoint whose program is data.
package main

// EffectError is an error of the runner's world: raise it inside the task's function, by its type's plain name.
type EffectError struct {
	Type    string
	Message string
	Data    any // nil where it has none
}

func (e *EffectError) Error() string { return e.Type + ": " + e.Message }

// effect does something in the runner's world (CNF-009). In the entrypoint's own body path is "", and attempt and
// key are nil. Arguments and result are encoded values.
func effect(wire *Wire, request any, name string, args []any, path string, attempt, key any) (any, error) {
	ok, _ := wire.Call(request, "effect", Message{
		"name": name, "args": args, "path": path, "attempt": attempt, "idempotency_key": key,
	})["ok"].(map[string]any)
	if failed, is := ok["error"].(map[string]any); is {
		kind, _ := failed["type"].(string)
		message, _ := failed["message"].(string)
		return nil, &EffectError{kind, message, failed["data"]}
	}
	return ok["value"], nil
}

// run answers `completed`, `interrupted`, `failed`, `rejected`, `updated`, `forked`, `deleted`, `state` or `history`.
//
// In this order (conformance/PORTING.md says more of each):
//
//  1. make a task of your port of every member of request["program"]["tasks"]: its function interprets the task's
//     body, a list of statements, with the arguments as variables;
//  2. make an entrypoint of the program's own body, with RunnerSaver{wire, request["id"]} as its saver
//     where request["saver"]["kind"] is "runner", and with none where it is "none";
//  3. request["action"] says what to ask of it; begin with `invoke` (request["input"]) and `resume`, on the thread
//     request["thread"];
//  4. turn what your port gives, or the error that it raises, into the answer.
//
// Use nothing but your port's public interface, and refuse what you do not know yet with `errored`.
func run(request Message, wire *Wire) Message {
	return notYet("run", "run.go, func run")
}
