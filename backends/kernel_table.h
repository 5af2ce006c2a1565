// KernelTable: which ops a backend runs, and how. Each backend fills one, to be read top to bottom.
#pragma once

#include <cstdint>
#include <functional>
#include <typeindex>
#include <unordered_map>
#include <vector>

#include <heed/graph/op.h>

namespace heed {

struct KernelTraits {
  // Bit i: input i may have any strides (0 included). Other inputs arrive dense.
  std::uint32_t strided_inputs = 0;
  // Whether the kernel takes these types; empty: all.
  std::function<bool(const Op& op, Types inputs, Types outputs)> accepts = {};

  bool takes_strides(std::size_t input) const { return input < 32 && ((strided_inputs >> input) & 1u); }
};

inline constexpr std::uint32_t all_inputs = ~0u;

// `Kernel` is what a backend makes of an op, `Request` what it is told about the operands.
template <typename Kernel, typename Request>
class KernelTable {
 public:
  struct Entry {
    std::function<Kernel(const Op&, const Request&)> make;
    KernelTraits traits;
  };

  template <typename OpType>
  void add(Kernel (*make)(const OpType&, const Request&), KernelTraits traits = {}) {
    entries_[typeid(OpType)] = {[make](const Op& op, const Request& request) {
                                  return make(static_cast<const OpType&>(op), request);
                                },
                                std::move(traits)};
  }

  // The entry for op's C++ type, or null.
  const Entry* find(const Op& op) const {
    const auto found = entries_.find(typeid(op));
    return found == entries_.end() ? nullptr : &found->second;
  }

  std::vector<std::type_index> types() const {
    std::vector<std::type_index> types;
    for (const auto& [type, entry] : entries_) types.push_back(type);
    return types;
  }

 private:
  std::unordered_map<std::type_index, Entry> entries_;
};

}  // namespace heed
