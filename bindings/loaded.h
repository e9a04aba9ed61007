#ifndef SSHSYNC_BINDINGS_LOADED_H_
#define SSHSYNC_BINDINGS_LOADED_H_

#include <string>

#include "sshsync/config/settings.h"

namespace sshsync::python {

/// A configuration that was read, and the bytes it was read from: what Python's Config holds, and runs share with it.
/// Constant once made.
struct Loaded : LoadedConfiguration {
  std::string bytes;
};

}  // namespace sshsync::python

#endif  // SSHSYNC_BINDINGS_LOADED_H_
