// Messages between Headwater and a page that embeds it, version 1. Fields may be added, never changed.
// Written by `BLESS=1 cargo test -p scene --test messages`.

/** A number; one that is not finite by name. */
export type Measured = number | "NaN" | "Infinity" | "-Infinity";

/** The page listens. This is always the first message. */
export interface Ready {
  type: "headwater:ready";
  v: 1;
  /** The build of the page. */
  build: string;
  /** Every setting in force, by its URL key; NAME_b where the second run has another value. */
  settings: Record<string, string | number>;
}

/** The page does something else now. */
export interface State {
  type: "headwater:state";
  v: 1;
  /** What the page does; resting is training that waits to be seen. */
  state: "loading" | "ready" | "running" | "resting" | "paused" | "done" | "failed";
  /** Why, in words. */
  why: string | null;
  /** The step that was measured; of a state, the number of updates done; of a mark, the first that feels it. */
  step: number;
}

/** The measurements, at most ten times a second. */
export interface Step {
  type: "headwater:step";
  v: 1;
  /** The step that was measured; of a state, the number of updates done; of a mark, the first that feels it. */
  step: number | null;
  /** Number of updates done. */
  updates: number;
  /** Mean cross-entropy over the batch, nats. */
  loss: Measured | null;
  /** Share of the batch classified correctly, from 0 to 1. */
  train_accuracy: Measured | null;
  /** Share of the held-out images classified correctly at the latest evaluation, from 0 to 1. */
  accuracy: Measured | null;
  /** Updates a second. */
  steps_per_second: Measured | null;
  /** Each run under its letter; the fields beside it are those of the first. */
  lanes: {
    [lane in "a" | "b"]?: {
      /** The step that was measured; of a state, the number of updates done; of a mark, the first that feels it. */
      step: number | null;
      /** Number of updates done. */
      updates: number;
      /** Mean cross-entropy over the batch, nats. */
      loss: Measured | null;
      /** Share of the batch classified correctly, from 0 to 1. */
      train_accuracy: Measured | null;
      /** Share of the held-out images classified correctly at the latest evaluation, from 0 to 1. */
      accuracy: Measured | null;
      /** The strength of each block's shortcut at that step. */
      strengths: (Measured | null)[];
      /** The blocks' names, from the input to the loss. */
      blocks: string[];
      /** The norm of the gradient that each block passes on towards the input. */
      grad_in_l2: (Measured | null)[];
      /** The norm of the gradient that arrives at each block from the loss. */
      grad_out_l2: (Measured | null)[];
      /** The first block's grad_in_l2 over the last one's. */
      first_over_last: Measured | null;
    };
  };
}

/** A live setting was changed while a run went on. */
export interface Mark {
  type: "headwater:mark";
  v: 1;
  /** The run, if it is about one. */
  lane: "a" | "b";
  /** The step that was measured; of a state, the number of updates done; of a mark, the first that feels it. */
  step: number;
  /** The setting that was changed; of a question, what is asked for. */
  what: string;
  /** The block; null for all. */
  block: string | null;
  /** The value before. */
  from: Measured;
  /** The value after. */
  to: Measured;
}

/** The height that the page would like; beside it goes {subject: "lti.frameResize", height}. */
export interface Resize {
  type: "headwater:resize";
  v: 1;
  /** CSS px. */
  height: Measured;
}

/** Something went wrong, or a value was not taken. */
export interface Error {
  type: "headwater:error";
  v: 1;
  /** One sentence. */
  message: string;
  /** The run, if it is about one. */
  lane: "a" | "b" | null;
  /** The setting that it is about, by its URL key. */
  key: string | null;
  /** What kind of trouble it is. */
  code: "unknown-type" | "unknown-setting" | "newer-version" | "bad-message" | "bad-value" | "not-available" | "engine" | "run" | "not-finite";
}

/** The answer to headwater:get. */
export interface Answer {
  type: "headwater:answer";
  v: 1;
  /** Anything; the answer has it too. */
  id: unknown | null;
  /** The setting that was changed; of a question, what is asked for. */
  what: "state" | "settings" | "record";
  /** What the page does; resting is training that waits to be seen. */
  state?: {
    /** What the page does; resting is training that waits to be seen. */
    state: "loading" | "ready" | "running" | "resting" | "paused" | "done" | "failed";
    /** Why, in words. */
    why: string | null;
    /** The step that was measured; of a state, the number of updates done; of a mark, the first that feels it. */
    step: number;
  };
  /** Every setting in force, by its URL key; NAME_b where the second run has another value. */
  settings?: Record<string, string | number>;
  /** The run so far, as the text of a recording. */
  record?: string;
}

/** Train. */
export interface PlayRequest {
  type: "headwater:play";
  v: 1;
}

/** Pause. */
export interface PauseRequest {
  type: "headwater:pause";
  v: 1;
}

/** One step, then pause. */
export interface StepRequest {
  type: "headwater:step";
  v: 1;
}

/** Back to step 0, paused: the same initial weights, and the settings in force now. */
export interface ResetRequest {
  type: "headwater:reset";
  v: 1;
}

/** Changes settings: URL keys with their values stand beside type and v. */
export interface SetRequest {
  type: "headwater:set";
  v: 1;
  [key: string]: string | number | boolean;
}

/** Asks for an answer. */
export interface GetRequest {
  type: "headwater:get";
  v: 1;
  /** Anything; the answer has it too. */
  id?: unknown;
  /** The setting that was changed; of a question, what is asked for. */
  what: "state" | "settings" | "record";
}

/** Says whether the frame is seen: a page that is not seen rests. */
export interface VisibleRequest {
  type: "headwater:visible";
  v: 1;
  /** Whether the frame is seen. */
  visible: boolean;
}

export type FromHeadwater = Ready | State | Step | Mark | Resize | Error | Answer;

export type ToHeadwater = PlayRequest | PauseRequest | StepRequest | ResetRequest | SetRequest | GetRequest | VisibleRequest;
