// Training is killed at random moments, and goes on as if nothing had been.
#include <csignal>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "program.h"
#include <doctest/doctest.h>
#include <fcntl.h>

namespace fs = std::filesystem;

namespace {

// Starts heed-translate, its output in `log`.
pid_t start(const std::vector<std::string>& arguments, const std::string& log) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, 1);
  ::dup2(out, 2);
  const std::string program = HEED_BIN_DIR "/heed-translate";
  std::vector<char*> pointers{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  ::execv(program.c_str(), pointers.data());
  ::_exit(127);
}

std::map<std::string, std::string> files_in(const fs::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    files[entry.path().filename()] = content(entry.path());
  }
  return files;
}

class Runs {
 public:
  Runs() {
    std::string english, german;
    const char* digits[][2] = {{"one", "eins"}, {"two", "zwei"}, {"three", "drei"}, {"four", "vier"}};
    for (int i = 0; i < 256; ++i) {
      for (int place = 0; place < 4; ++place) {
        english += std::string(place ? " " : "") + digits[(i >> (2 * place)) & 3][0];
        german += std::string(place ? " " : "") + digits[(i >> (2 * place)) & 3][1];
      }
      english += "\n";
      german += "\n";
    }
    directory.file("text.en", english);
    directory.file("text.de", german);
  }

  std::vector<std::string> arguments(const std::string& run) const {
    std::vector<std::string> list{"train", "--train", directory / "text", "--valid", directory / "text"};
    for (const char* word : {"--preset", "micro", "--batch-tokens", "400", "--max-steps", "60"})
      list.emplace_back(word);
    for (const char* word : {"--validate-every", "6", "--average", "3", "--accumulate", "2"})
      list.emplace_back(word);
    list.insert(list.end(), {"--out", directory / run});
    if (fs::exists(directory / run + "/latest")) list.emplace_back("--resume");
    return list;
  }

  Directory directory;
};

}  // namespace

TEST_CASE("training that is killed again and again ends with the bytes of training left in peace") {
  const Runs runs;
  const std::string log = runs.directory / "log";
  int status = 0;
  const auto begin = std::chrono::steady_clock::now();
  ::waitpid(start(runs.arguments("whole"), log), &status, 0);
  CAPTURE(content(log));
  REQUIRE(status == 0);
  const std::chrono::duration<double> alone = std::chrono::steady_clock::now() - begin;

  std::random_device seeds;
  const unsigned seed = seeds();
  CAPTURE(seed);
  std::mt19937 draw(seed);
  std::uniform_real_distribution<double> wait(0.1 * alone.count(), 0.6 * alone.count());
  int kills = 0;
  for (bool finished = false; !finished;) {
    const pid_t child = start(runs.arguments("killed"), log);
    if (kills < 6) std::this_thread::sleep_for(std::chrono::duration<double>(wait(draw)));
    if (kills < 6 && ::kill(child, SIGKILL) == 0) ++kills;
    ::waitpid(child, &status, 0);
    finished = WIFEXITED(status);
  }
  CAPTURE(content(log));
  REQUIRE(status == 0);
  CHECK(kills > 0);
  for (const char* name : {"best", "latest"}) {
    CHECK(content(runs.directory / "killed" + "/" + name) == content(runs.directory / "whole" + "/" + name));
  }
  const auto expected = files_in(runs.directory / "whole/step-60");
  CHECK(expected.size() == 3);
  const bool same = files_in(runs.directory / "killed/step-60") == expected;
  CHECK(same);
}
