// Whole files in and out, every failure an Error that names the path. Knows nothing of what they hold.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace heed {

// The bytes of a file. Throws Error when it is missing, no regular file, or cannot be read.
std::string read_file(const std::string& path);

// Writes a file that is either complete under its name or not there at all: the bytes go to PATH.tmp,
// which takes the name only in commit(). An earlier file of that name stays until then.
class FileWriter {
 public:
  explicit FileWriter(std::string path);
  ~FileWriter();  // without commit(): PATH.tmp is removed
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text.data(), text.size()))); }

  // Waits until the bytes are on the disk and gives the file its name.
  void commit();

 private:
  [[noreturn]] void fail(std::string_view what) const;

  std::string path_;
  std::string temporary_;
  int descriptor_ = -1;
};

}  // namespace heed
