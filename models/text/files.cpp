#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <heed/graph/error.h>
#include <heed/models/text/files.h>

namespace heed {

std::string read_file(const std::string& path) {
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (!std::filesystem::exists(status)) throw Error(fmt::format("{}: there is no such file", path));
  if (!std::filesystem::is_regular_file(status)) throw Error(fmt::format("{} is not a regular file", path));
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw Error(fmt::format("{} cannot be opened: {}", path, std::strerror(errno)));
  std::string bytes(std::filesystem::file_size(path, code), '\0');
  if (code) throw Error(fmt::format("{} cannot be read: {}", path, code.message()));
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (stream.gcount() != static_cast<std::streamsize>(bytes.size())) {
    throw Error(fmt::format("{} cannot be read beyond byte {} of {}", path, stream.gcount(), bytes.size()));
  }
  return bytes;
}

FileWriter::FileWriter(std::string path) : path_(std::move(path)), temporary_(path_ + ".tmp") {
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail("cannot be created");
}

FileWriter::~FileWriter() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void FileWriter::fail(std::string_view what) const {
  throw Error(fmt::format("{} {}: {}", path_, what, std::strerror(errno)));
}

void FileWriter::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

namespace {

// A new name is lost in a power cut unless the directory that holds it is on the disk too. Some file
// systems cannot do this for a directory; the file itself is safe by then, so that is no failure.
void sync_directory_of(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const int directory = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  ::fsync(directory);
  ::close(directory);
}

}  // namespace

void FileWriter::commit() {
  if (::fsync(descriptor_) != 0) fail("cannot be brought to the disk");
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot be given its name");
  const int closed = ::close(std::exchange(descriptor_, -1));
  if (closed != 0) fail("cannot be closed");
  sync_directory_of(path_);
}

}  // namespace heed
