#ifndef SSHSYNC_BINDINGS_EVENT_OBJECT_H_
#define SSHSYNC_BINDINGS_EVENT_OBJECT_H_

#include <pybind11/pybind11.h>

#include "sshsync/model/event.h"

namespace sshsync::python {

/// An event as a Python object: the engine's own value with read-only properties, which are turned into Python's values
/// when they are asked for. A million events cost what their callbacks do with them, and little else.
pybind11::object MakeEvent(Event event);

void BindEvent(pybind11::module_& module);

}  // namespace sshsync::python

#endif  // SSHSYNC_BINDINGS_EVENT_OBJECT_H_
