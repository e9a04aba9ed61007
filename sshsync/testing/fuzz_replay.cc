// The main function of a fuzz target without libFuzzer: every file of some folders, then deterministic changes of them.
//
//   TARGET MUTANTS MAX_LEN FOLDER...
//
// A target that aborts, or a sanitizer that does, leaves the number of the input and its bytes, as an escaped string,
// on stderr.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

std::string input;
size_t number = 0;

void OnCrash(int signal) {
  fprintf(stderr, "signal %d at input %zu, %zu bytes: \"", signal, number, input.size());
  for (const char c : input)
    fprintf(stderr, c >= ' ' && c <= '~' && c != '"' && c != '\\' ? "%c" : "\\x%02x", static_cast<unsigned char>(c));
  fprintf(stderr, "\"\n");
  _exit(1);
}

void Run() {
  ++number;
  // Exactly as many bytes as there are: reading behind them is seen by the sanitizers.
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::string Changed(const std::vector<std::string>& corpus, size_t max_len, std::mt19937& random) {
  const auto below = [&random](size_t limit) { return limit == 0 ? 0 : random() % limit; };
  std::string text = corpus[below(corpus.size())];
  for (size_t changes = 1 + below(4); changes > 0; --changes) {
    const size_t at = below(text.size() + 1);
    switch (below(6)) {
      case 0:
        text.erase(at, 1 + below(16));
        break;
      case 1:
        text.insert(at, 1, static_cast<char>(below(256)));
        break;
      case 2:
        text.insert(at, text.substr(below(text.size() + 1), 1 + below(32)));
        break;
      case 3:
        text.resize(at);
        break;
      case 4: {
        const std::string& other = corpus[below(corpus.size())];
        text.insert(at, other.substr(below(other.size() + 1), 1 + below(64)));
        break;
      }
      default:
        if (at < text.size())
          text[at] = static_cast<char>(below(3) == 0 ? "\0\n\\'\"$`%/ {}[]="[below(16)] : text[at] ^ (1 << below(8)));
    }
  }
  text.resize(std::min(text.size(), max_len));
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  for (const int signal_number : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS}) signal(signal_number, OnCrash);
  const size_t mutants = std::stoul(argv[1]), max_len = std::stoul(argv[2]);
  std::vector<std::string> paths;
  for (int i = 3; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> corpus = {""};
  for (const std::string& path : paths) {
    std::ifstream file(path, std::ios::binary);
    input.assign(std::istreambuf_iterator<char>(file), {});
    corpus.push_back(input);
    Run();
  }
  std::mt19937 random(1);
  for (size_t i = 0; i < mutants; ++i) {
    input = Changed(corpus, max_len, random);
    Run();
  }
  printf("%zu inputs of %zu files\n", number, paths.size());
  return paths.empty() ? 1 : 0;
}
