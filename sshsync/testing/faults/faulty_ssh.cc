// A stand-in for ssh whose connections break where a plan says: at a byte of a direction of a connection. Its hosts are
// folders.
//
//   FAULTY_SSH_ROOT   a folder: homes/HOST is where a host's commands run, `plan` holds the faults
//   FAULTY_SSH_HOST   the host whose account starts it; the commands of a host find it set. Absent: the controller.
//
// A line of the plan: FROM TO ORDINAL DIRECTION OFFSET ACTION [ARGUMENTS]
//   FROM is a host, or `-` for the controller; TO is a host. ORDINAL counts the connections between them from 1.
//   DIRECTION `in` is what FROM sends, `out` what the host's command prints. The action happens when OFFSET bytes have
//   come through.
//     cut STATUS FATE   the connection ends here, with that status or `kill`ed; what runs on the host is left
//     (`leave`), killed (`kill`),
//                       or stopped for so many milliseconds, while its pipes stay as a dead client leaves them (`freeze
//                       MS`)
//     hang MS FATE      nothing moves for so long, then ssh says that the server does not respond
//     stall MS          nothing moves for so long, then all goes on
//     flip              the next byte arrives changed
//     print HEX         these bytes come on stdout and stderr, as login files would have it
//     run COMMAND       a shell command runs, in FAULTY_SSH_ROOT, before the next byte moves
//   and, whatever the offset, when the command has ended:
//     status N          N takes the place of its status
//     trail HEX         these bytes come on stdout and stderr at the end
// What was hit is told in `hits`, the connections with their bytes in `connections`. A master for multiplexing (-N, -O)
// fails at once.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr int kTransportFailed = 255;

enum Direction { kIn = 0, kOut = 1 };

struct Fault {
  int line = 0;
  Direction direction = kIn;
  long offset = 0;
  std::string action;
  std::string arguments;
  bool done = false;
};

/// Bytes on their way. `held` is what was read and not written.
struct Stream {
  int from = -1, to = -1;
  std::string held;
  long moved = 0;
};

std::string root, from_host, to_host;
int ordinal = 0;
pid_t remote = -1;
Stream streams[2];
std::vector<Fault> faults;

void Append(const std::string& file, const std::string& line) {
  const int fd = open((root + "/" + file).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0 || write(fd, line.data(), line.size()) < 0) _exit(99);
  close(fd);
}

[[noreturn]] void End(int status) {
  std::ostringstream line;
  line << from_host << " " << to_host << " " << ordinal << " " << streams[kIn].moved << " " << streams[kOut].moved
       << "\n";
  Append("connections", line.str());
  _exit(status);
}

void Sleep(long milliseconds) {
  timespec rest{milliseconds / 1000, milliseconds % 1000 * 1000000};
  while (nanosleep(&rest, &rest) != 0 && errno == EINTR) {
  }
}

void Say(int fd, const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const ssize_t put = write(fd, text.data() + at, text.size() - at);
    if (put < 0) return;
    at += static_cast<size_t>(put);
  }
}

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

/// Numbers the connection: each adds a byte to a file, and its own byte's place is its number.
int Count() {
  const int fd =
      open((root + "/count." + from_host + "." + to_host).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0 || write(fd, ".", 1) != 1) _exit(99);
  const off_t place = lseek(fd, 0, SEEK_CUR);
  close(fd);
  return static_cast<int>(place);
}

void ReadPlan() {
  std::ifstream plan(root + "/plan");
  std::string line;
  for (int number = 1; std::getline(plan, line); ++number) {
    std::istringstream words(line);
    std::string from, to, direction;
    int which = 0;
    Fault fault;
    words >> from >> to >> which >> direction >> fault.offset >> fault.action >> std::ws;
    std::getline(words, fault.arguments);
    if (from != from_host || to != to_host || which != ordinal) continue;
    fault.line = number;
    fault.direction = direction == "in" ? kIn : kOut;
    faults.push_back(fault);
  }
}

void Hit(Fault& fault) {
  fault.done = true;
  Append("hits", std::to_string(fault.line) + "\n");
}

void Freeze(long milliseconds) {
  kill(-remote, SIGSTOP);
  const pid_t waker = fork();
  if (waker != 0) {
    // Whoever kills the client's group does not get the waker any more.
    while (getsid(waker) != waker) Sleep(1);
    return;
  }
  for (int fd = 0; fd < 64; ++fd) close(fd);
  setsid();
  Sleep(milliseconds);
  kill(-remote, SIGCONT);
  _exit(0);
}

[[noreturn]] void Cut(const std::string& status, const std::string& fate, long milliseconds, const char* message) {
  if (fate == "kill") kill(-remote, SIGKILL);
  if (fate == "freeze") Freeze(milliseconds);
  if (status == "kill") {
    Append("connections", from_host + " " + to_host + " " + std::to_string(ordinal) + " killed\n");
    kill(getpid(), SIGKILL);
  }
  if (status == "255") Say(2, message);
  End(std::stoi(status));
}

void Apply(Fault& fault) {
  Hit(fault);
  std::istringstream words(fault.arguments);
  if (fault.action == "cut") {
    std::string status, fate;
    long milliseconds = 0;
    words >> status >> fate >> milliseconds;
    Cut(status, fate, milliseconds, ("Connection to " + to_host + " closed by remote host.\r\n").c_str());
  } else if (fault.action == "hang") {
    long milliseconds = 0;
    std::string fate;
    words >> milliseconds >> fate;
    Sleep(milliseconds);
    Cut("255", fate, milliseconds, ("Timeout, server " + to_host + " not responding.\r\n").c_str());
  } else if (fault.action == "stall") {
    Sleep(std::stol(fault.arguments));
  } else if (fault.action == "print") {
    Say(1, FromHex(fault.arguments));
    Say(2, FromHex(fault.arguments));
  } else if (fault.action == "run") {
    const pid_t pid = fork();
    if (pid == 0) {
      if (chdir(root.c_str()) != 0) _exit(99);
      setsid();
      const int null = open("/dev/null", O_RDWR);
      for (const int fd : {0, 1, 2}) dup2(null, fd);
      execl("/bin/sh", "sh", "-c", fault.arguments.c_str(), nullptr);
      _exit(99);
    }
    waitpid(pid, nullptr, 0);
  } else {
    _exit(98);
  }
}

bool AtTheEnd(const Fault& fault) { return fault.action == "status" || fault.action == "trail"; }

/// What is due at this place of a stream. Returns how many bytes may move before the next fault is.
long Due(Direction direction) {
  long free = 4096;
  for (Fault& fault : faults) {
    if (fault.done || fault.direction != direction || AtTheEnd(fault)) continue;
    if (fault.offset > streams[direction].moved) {
      free = std::min(free, fault.offset - streams[direction].moved);
    } else if (fault.action != "flip") {
      Apply(fault);
    }
  }
  return free;
}

void Flip(Direction direction, std::string& bytes) {
  for (Fault& fault : faults) {
    if (fault.done || fault.direction != direction || fault.action != "flip" ||
        fault.offset != streams[direction].moved || bytes.empty())
      continue;
    Hit(fault);
    bytes[0] = static_cast<char>(bytes[0] ^ 0x15);
  }
}

/// False when the stream is at its end.
bool Fill(Direction direction) {
  Stream& stream = streams[direction];
  char buffer[4096];
  const ssize_t got = read(stream.from, buffer, static_cast<size_t>(Due(direction)));
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  stream.held.assign(buffer, static_cast<size_t>(got));
  Flip(direction, stream.held);
  return got > 0;
}

/// False when nobody reads any more.
bool Drain(Stream& stream) {
  const ssize_t put = write(stream.to, stream.held.data(), stream.held.size());
  if (put < 0) return errno == EINTR || errno == EAGAIN;
  stream.held.erase(0, static_cast<size_t>(put));
  stream.moved += put;
  return true;
}

void Close(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

void StartRemote(const std::string& command, int (&ends)[3]) {
  int in[2], out[2], err[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) _exit(99);
  const std::string home = root + "/homes/" + to_host;
  remote = fork();
  if (remote == 0) {
    setsid();
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(err[1], 2);
    signal(SIGPIPE, SIG_DFL);
    if (chdir(home.c_str()) != 0) _exit(99);
    setenv("HOME", home.c_str(), 1);
    setenv("FAULTY_SSH_HOST", to_host.c_str(), 1);
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(99);
  }
  close(in[0]);
  close(out[1]);
  close(err[1]);
  ends[0] = in[1];
  ends[1] = out[0];
  ends[2] = err[0];
}

/// Moves bytes until the command has ended and nobody on the host holds its outputs.
void Connect(const std::string& command) {
  Due(kIn);
  int ends[3];
  StartRemote(command, ends);
  streams[kIn] = {0, ends[0], "", 0};
  streams[kOut] = {ends[1], 1, "", 0};
  Stream errors{ends[2], 2, "", 0};
  Due(kOut);
  while (streams[kOut].from >= 0 || !streams[kOut].held.empty() || errors.from >= 0) {
    Stream& in = streams[kIn];
    Stream& out = streams[kOut];
    // A broken pipe is noticed even where there is nothing to write: an error needs no event to ask for.
    pollfd polled[6] = {{in.held.empty() ? in.from : -1, POLLIN, 0},
                        {in.to, static_cast<short>(in.held.empty() ? 0 : POLLOUT), 0},
                        {out.held.empty() ? out.from : -1, POLLIN, 0},
                        {out.held.empty() ? -1 : out.to, POLLOUT, 0},
                        {errors.from, POLLIN, 0},
                        {-1, 0, 0}};
    if (poll(polled, 5, -1) < 0) continue;
    if (polled[0].revents != 0 && !Fill(kIn)) {
      in.from = -1;
      Close(in.to);
    }
    if (polled[1].revents != 0 && in.to >= 0 && (in.held.empty() || !Drain(in))) {
      in.from = -1;
      in.held.clear();
      Close(in.to);
    }
    if (polled[2].revents != 0 && !Fill(kOut)) Close(out.from);
    if (polled[3].revents != 0 && !Drain(out)) End(kTransportFailed);
    if (polled[4].revents != 0) {
      char buffer[4096];
      const ssize_t got = read(errors.from, buffer, sizeof(buffer));
      if (got > 0) Say(2, std::string(buffer, static_cast<size_t>(got)));
      if (got == 0) Close(errors.from);
    }
    Due(kIn);
    Due(kOut);
  }
}

int Status() {
  int status = 0;
  while (waitpid(remote, &status, 0) < 0 && errno == EINTR) {
  }
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : kTransportFailed;
  for (Fault& fault : faults) {
    if (!AtTheEnd(fault)) continue;
    Hit(fault);
    if (fault.action == "status") {
      code = std::stoi(fault.arguments);
    } else {
      Say(1, FromHex(fault.arguments));
      Say(2, FromHex(fault.arguments));
    }
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  int i = 1;
  for (; i < argc && argv[i][0] == '-'; ++i) {
    if (strcmp(argv[i], "--") == 0) {
      ++i;
      break;
    }
    const char* const taking = "bcDEeFIiJLlmOopQRSWw";
    for (const char* letter = argv[i] + 1; *letter != '\0'; ++letter) {
      if (*letter == 'N' || *letter == 'O') return kTransportFailed;
      if (strchr(taking, *letter) == nullptr) continue;
      if (letter[1] == '\0') ++i;
      break;
    }
  }
  const char* const place = getenv("FAULTY_SSH_ROOT");
  if (place == nullptr || i + 1 >= argc) return 97;
  root = place;
  const char* const caller = getenv("FAULTY_SSH_HOST");
  from_host = caller == nullptr ? "-" : caller;
  to_host = argv[i];
  to_host.erase(0, to_host.find('@') + 1);
  struct stat info;
  if (stat((root + "/homes/" + to_host).c_str(), &info) != 0) {
    fprintf(stderr, "ssh: Could not resolve hostname %s: Name or service not known\r\n", to_host.c_str());
    return kTransportFailed;
  }
  std::string command;
  for (int word = i + 1; word < argc; ++word) command += (command.empty() ? "" : " ") + std::string(argv[word]);
  ordinal = Count();
  ReadPlan();
  Connect(command);
  End(Status());
}
