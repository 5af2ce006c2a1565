// Which folder may include which: graph <- ops <- autodiff <- models <- examples; graph, ops <- backends;
// models may include backends; a backend's folder is closed to all other backends.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed::test {

// One message, "ops/matmul.h:4: ops may not include autodiff/gradients.h", for each forbidden include of a
// source file. `path` is relative to the source root.
std::vector<std::string> forbidden_includes(std::string_view path, std::string_view text);

// The same for all sources below a source root.
std::vector<std::string> forbidden_includes_below(const std::string& root);

}  // namespace heed::test
