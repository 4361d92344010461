// The runner's store, seen through the six verbs of a saver. Give it the shape of your port's own saver interface.
package main

// SaverError is what the runner's store answers instead of doing what it was asked for.
type SaverError struct {
	Code      string // `run.concurrent` or `saver.failed`
	Message   string
	Holder    any // with `run.concurrent`, where one is known
	Committed any // with `saver.failed`: true, false, or nil where nobody knows
}

func (e *SaverError) Error() string { return e.Code + ": " + e.Message }

// RunnerSaver forwards every verb at once, hands the reply over unchanged, and remembers nothing (CNF-008).
type RunnerSaver struct {
	wire    *Wire
	request any
}

func (s *RunnerSaver) call(verb string, members Message) (Message, error) {
	reply := s.wire.Call(s.request, "saver."+verb, members)
	if failed, is := reply["error"].(map[string]any); is {
		code, _ := failed["code"].(string)
		message, _ := failed["message"].(string)
		return nil, &SaverError{code, message, failed["holder"], failed["committed"]}
	}
	ok, _ := reply["ok"].(map[string]any)
	return ok, nil
}

// Head gives nil or {checkpoint, holder}.
func (s *RunnerSaver) Head(thread string) (any, error) {
	ok, err := s.call("head", Message{"thread_id": thread})
	return ok["head"], err
}

// Load gives nil or {checkpoint, is_head, holder, entries}; checkpoint nil: the head.
func (s *RunnerSaver) Load(thread string, checkpoint any) (any, error) {
	ok, err := s.call("load", Message{"thread_id": thread, "checkpoint_id": checkpoint})
	return ok["loaded"], err
}

// Begin adds a checkpoint with its first entries.
func (s *RunnerSaver) Begin(checkpoint Message, expectedHead any, entries []Message, holder any, takeOver bool) error {
	_, err := s.call("begin", Message{
		"checkpoint": checkpoint, "expected_head": expectedHead, "entries": entries, "holder": holder,
		"take_over": takeOver,
	})
	return err
}

// Append adds entries to a checkpoint's journal, and with the last of them the checkpoint that closes the run.
func (s *RunnerSaver) Append(
	thread, checkpoint string, expectedSeq int, entries []Message, closing, holder any, takeOver bool,
) error {
	_, err := s.call("append", Message{
		"thread_id": thread, "checkpoint_id": checkpoint, "expected_seq": expectedSeq, "entries": entries,
		"closing": closing, "holder": holder, "take_over": takeOver,
	})
	return err
}

// History gives checkpoints, the newest first.
func (s *RunnerSaver) History(thread string, before, limit any) (any, error) {
	ok, err := s.call("history", Message{"thread_id": thread, "before": before, "limit": limit})
	return ok["checkpoints"], err
}

// Delete removes a thread.
func (s *RunnerSaver) Delete(thread string) error {
	_, err := s.call("delete", Message{"thread_id": thread})
	return err
}
