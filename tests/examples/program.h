// Running this build's programs as a user would.
#pragma once

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

struct Outcome {
  int status = 0;
  std::string output;  // both streams
};

// Runs a command in the shell.
inline Outcome run_command(const std::string& command) {
  Outcome outcome;
  std::FILE* pipe = ::popen(fmt::format("{{ {}; }} 2>&1", command).c_str(), "r");
  std::array<char, 4096> buffer;
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
    outcome.output.append(buffer.data(), count);
  const int result = ::pclose(pipe);
  outcome.status = WIFEXITED(result) ? WEXITSTATUS(result) : 128 + WTERMSIG(result);
  return outcome;
}

// Runs a program of this build in the shell.
inline Outcome run_program(const std::string& program_and_arguments, const std::string& before = "") {
  return run_command(fmt::format("{} {}/{}", before, HEED_BIN_DIR, program_and_arguments));
}

inline Outcome run(const std::string& arguments) {
  return run_program("heed-translate " + arguments);
}

struct Directory {
  Directory()
      : path(std::filesystem::temp_directory_path() / fmt::format("heed-cli-{}-{}", ::getpid(), ++made)) {
    std::filesystem::create_directories(path);
  }
  ~Directory() { std::filesystem::remove_all(path); }
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return (path / name).string();
  }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
  std::filesystem::path path;
  static inline int made = 0;
};

inline std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string repeated(const std::string& line, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line + "\n";
  return text;
}
