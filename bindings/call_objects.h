#ifndef SSHSYNC_BINDINGS_CALL_OBJECTS_H_
#define SSHSYNC_BINDINGS_CALL_OBJECTS_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/types/optional.h"
#include "sshsync/process/stop.h"
#include "sshsync/ssh/runner.h"

namespace sshsync::python {

/// What a runner written in Python is handed for one call. The engine's own arguments are references into the call;
/// Python code may keep an object for as long as it likes. So each of these is emptied when the call is over, and then
/// refuses. Guarded by the GIL.

struct StopObject {
  absl::optional<StopToken> token;  ///< empty: over, which counts as stopped
};

struct SinkObject {
  explicit SinkObject(OutputSink sink) : sink(sink) {}
  absl::optional<OutputSink> sink;
  absl::Status refusal;  ///< what the engine answered last, if it was no OK
};

struct MovedObject {
  explicit MovedObject(ProgressProbe moved) : moved(moved) {}
  absl::optional<ProgressProbe> moved;
};

}  // namespace sshsync::python

#endif  // SSHSYNC_BINDINGS_CALL_OBJECTS_H_
