// Progress of long work on stderr: one live line on a terminal, plain lines in a log. What cannot be written
// is left out: the work matters more than its display. A closed pipe raises SIGPIPE, which is the program's
// to ignore.
#pragma once

#include <chrono>
#include <cstdio>
#include <string>

namespace heed {

class ProgressLine {
 public:
  explicit ProgressLine(std::FILE* to = stderr);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Replaces the live line; in a log, prints a line at most every ten seconds.
  void update(const std::string& text);
  // Prints a line that stays.
  void print(const std::string& text);

 private:
  void clear();
  void write(const std::string& text);

  std::FILE* to_;
  bool terminal_;
  bool live_ = false;
  std::chrono::steady_clock::time_point last_{};
};

std::string duration_text(double seconds);  // "1 h 03 min", "2 min 05 s", "12 s"

}  // namespace heed
