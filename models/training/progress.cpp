#include <fmt/format.h>
#include <unistd.h>

#include <heed/models/training/progress.h>

namespace heed {

namespace {

constexpr auto between_log_lines = std::chrono::seconds(10);
constexpr auto between_live_lines = std::chrono::milliseconds(100);

}  // namespace

ProgressLine::ProgressLine(std::FILE* to) : to_(to), terminal_(isatty(fileno(to)) != 0) {}

ProgressLine::~ProgressLine() {
  if (live_) std::fputc('\n', to_);
}

void ProgressLine::clear() {
  if (live_) std::fputs("\r\x1b[K", to_);
  live_ = false;
}

// Not fmt::print, which throws: a disk that is full for the log may still hold the checkpoints.
void ProgressLine::write(const std::string& text) {
  std::fputs(text.c_str(), to_);
  std::fflush(to_);
}

void ProgressLine::update(const std::string& text) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < (terminal_ ? std::chrono::nanoseconds(between_live_lines)
                               : std::chrono::nanoseconds(between_log_lines)))
    return;
  last_ = now;
  if (terminal_) {
    clear();
    write(text);
    live_ = true;
  } else {
    write(text + "\n");
  }
}

void ProgressLine::print(const std::string& text) {
  clear();
  write(text + "\n");
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<long long>(seconds < 0 ? 0 : seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

}  // namespace heed
