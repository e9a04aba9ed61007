#ifndef SSHSYNC_BINDINGS_BINDINGS_H_
#define SSHSYNC_BINDINGS_BINDINGS_H_

#include <pybind11/pybind11.h>

namespace sshsync::python {

/// The parts of the extension module, one for each of the engine's entry points. What they add is private to the
/// package `sshsync`, which shapes it; bindings/sshsync/_sshsync.pyi says for each what it takes and gives.
void BindConfig(pybind11::module_& module);   ///< reading configurations, resolving names
void BindText(pybind11::module_& module);     ///< templates, filters
void BindDigest(pybind11::module_& module);   ///< digests and what computes them
void BindPlan(pybind11::module_& module);     ///< listings, and the difference of two manifests
void BindHost(pybind11::module_& module);     ///< commands on hosts
void BindRun(pybind11::module_& module);      ///< runs under way, their events
void BindHistory(pybind11::module_& module);  ///< what runs left behind

}  // namespace sshsync::python

#endif  // SSHSYNC_BINDINGS_BINDINGS_H_
