#include "temporary_directory.h"
#include <doctest/doctest.h>

#include <heed/graph/error.h>
#include <heed/models/text/draws.h>
#include <heed/models/text/files.h>

using namespace heed;

TEST_CASE("a file appears under its name only when it is complete") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("file");
  {
    FileWriter writer(path);
    writer.write("half");
    CHECK_FALSE(std::filesystem::exists(path));
  }
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK_FALSE(std::filesystem::exists(path + ".tmp"));
  FileWriter writer(path);
  writer.write("whole");
  writer.commit();
  CHECK(read_file(path) == "whole");
  CHECK_FALSE(std::filesystem::exists(path + ".tmp"));
}

TEST_CASE("a full disk leaves the earlier file as it was") {
  if (!std::filesystem::exists("/dev/full")) return;
  const TemporaryDirectory directory;
  const std::string path = directory.file("file", "earlier");
  std::filesystem::create_symlink("/dev/full", path + ".tmp");
  const auto write = [&] {
    FileWriter writer(path);
    writer.write("later");
    writer.commit();
  };
  CHECK_THROWS_WITH_AS(write(), (path + " cannot be written: No space left on device").c_str(), Error);
  CHECK(read_file(path) == "earlier");
}

TEST_CASE("a file that cannot be opened is named") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("missing");
  CHECK_THROWS_WITH_AS(read_file(path), (path + ": there is no such file").c_str(), Error);
  CHECK_THROWS_AS(read_file(directory.file("")), Error);
  CHECK_THROWS_AS(FileWriter(directory.file("no/such/directory")), Error);
}

TEST_CASE("draws are those of SplitMix64, the same everywhere") {
  Draws draws(1234567);
  CHECK(draws.next() == 6457827717110365317u);
  CHECK(draws.next() == 3203168211198807973u);
  CHECK(draws.next() == 9817491932198370423u);
}

TEST_CASE("draws stay in range and reach both ends") {
  Draws draws(7, 3);
  std::int64_t least = 100, greatest = -100;
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t drawn = draws.between(-2, 3);
    least = std::min(least, drawn);
    greatest = std::max(greatest, drawn);
  }
  CHECK(least == -2);
  CHECK(greatest == 3);
  CHECK(Draws(7, 3).next() == Draws(7, 3).next());
  CHECK(Draws(7, 3).next() != Draws(7, 4).next());
  CHECK(Draws(3, 7).next() != Draws(7, 3).next());
}
