#include "bindings/gil.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

namespace sshsync::python {
namespace {

namespace py = pybind11;

// All protected by the GIL. Never destroyed: threads may still be outside when static objects go.
struct Yard {
  std::set<ActiveCall*> ongoing;
  int outside = 0;
  FinalizeState door = FinalizeState::kOpen;
};

Yard& TheYard() {
  static Yard* const yard = new Yard;
  return *yard;
}

// A command on a host, whose token is stopped at the end of the interpreter.
class Call : public ActiveCall {
 public:
  StopToken token() const { return stop_.token(); }
  void Stop(int reason) override { stop_.Request(reason); }
  bool Ended() const override { return true; }  // its thread is counted as outside
  void Abandon() override {}

 private:
  StopSource stop_;
};

bool InMainThread() {
  const py::object threading = py::module_::import("threading");
  return threading.attr("current_thread")().is(threading.attr("main_thread")());
}

}  // namespace

ActiveCall::ActiveCall() { TheYard().ongoing.insert(this); }

ActiveCall::~ActiveCall() { TheYard().ongoing.erase(this); }

GilReleased::GilReleased() { ++TheYard().outside; }

GilReleased::~GilReleased() { --TheYard().outside; }

FinalizeState CurrentFinalizeState() { return TheYard().door; }

void RequireNotFinalizing() {
  if (CurrentFinalizeState() != FinalizeState::kOpen)
    throw std::runtime_error("the interpreter is ending: no run begins any more");
}

void RequireMainInterpreter() {
  if (PyInterpreterState_Get() != PyInterpreterState_Main())
    throw py::import_error("sshsync works in the main interpreter only");
}

void Shutdown() {
  Yard& yard = TheYard();
  const auto ended = [&yard] {
    return yard.outside == 0 &&
           std::all_of(yard.ongoing.begin(), yard.ongoing.end(), [](const ActiveCall* one) { return one->Ended(); });
  };
  yard.door = FinalizeState::kEnding;
  while (!ended()) {
    for (ActiveCall* ongoing : yard.ongoing) ongoing->Stop(kStopByCaller);
    {
      const py::gil_scoped_release release;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    CheckSignals();
  }
  yard.door = FinalizeState::kClosed;
}

void AbandonAfterFork() {
  Yard& yard = TheYard();
  for (ActiveCall* ongoing : yard.ongoing) ongoing->Abandon();
  yard.ongoing.clear();
  yard.outside = 0;
}

void CheckSignals() {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

void Interruptibly(const std::function<void(const StopToken&)>& work) {
  RequireNotFinalizing();
  Call call;
  if (!InMainThread()) return WithoutGil([&] { work(call.token()); });
  std::mutex mu;
  std::condition_variable changed;
  bool ended = false;
  std::exception_ptr failure;
  std::exception_ptr interruption;
  std::thread thread([&] {
    try {
      work(call.token());
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mu);
    ended = true;
    changed.notify_all();
  });
  const auto wait = [&] {
    std::unique_lock lock(mu);
    return changed.wait_for(lock, std::chrono::milliseconds(kSignalTickMs), [&] { return ended; });
  };
  while (!WithoutGil(wait)) {
    try {
      CheckSignals();
    } catch (...) {
      if (interruption == nullptr) interruption = std::current_exception();
      call.Stop(kStopByCaller);
    }
  }
  thread.join();
  if (interruption != nullptr) std::rethrow_exception(interruption);
  if (failure != nullptr) std::rethrow_exception(failure);
}

}  // namespace sshsync::python
