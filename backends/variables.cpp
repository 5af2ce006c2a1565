#include <fmt/format.h>

#include <heed/backends/initial_value.h>
#include <heed/backends/variables.h>

namespace heed {

Variables::Variables(std::shared_ptr<Backend> backend, std::uint64_t seed)
    : backend_(std::move(backend)), seed_(seed) {}

std::vector<std::shared_ptr<Backend>> Variables::backends() const {
  std::vector<std::shared_ptr<Backend>> all{backend_};
  all.insert(all.end(), others_.begin(), others_.end());
  return all;
}

Memory& Variables::require(const VariableRead& read, Where where) {
  const auto found = entries_.find(read.variable);
  if (found == entries_.end()) {
    Entry entry{read.type, read.initializer, false, where, backend_->allocate(align_up(read.type.bytes()))};
    backend_->write(*entry.memory, 0,
                    initial_value(read.type, read.initializer, read.variable, seed_).bytes());
    return *entries_.emplace(read.variable, std::move(entry)).first->second.memory;
  }
  Entry& entry = found->second;
  if (entry.type != read.type) {
    throw Error(fmt::format("variable {} is {}{}\n  but {} is asked for at {}", read.variable,
                            to_string(entry.type),
                            entry.loaded ? ", as it was loaded" : ", made at " + describe(entry.where),
                            to_string(read.type), describe(where)));
  }
  if (!entry.loaded && !(entry.initializer == read.initializer)) {
    throw Error(fmt::format("variable {} starts as {}, made at {}\n  but {} is asked for at {}",
                            read.variable, to_string(entry.initializer), describe(entry.where),
                            to_string(read.initializer), describe(where)));
  }
  return *entry.memory;
}

std::vector<std::string> Variables::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

const Variables::Entry& Variables::entry(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) throw Error(fmt::format("there is no variable {}", name));
  return found->second;
}

const TensorType& Variables::type(const std::string& name) const {
  return entry(name).type;
}

Array Variables::get(const std::string& name) const {
  const Entry& from = entry(name);
  Array values(from.type.dtype, from.type.shape);
  backend_->read(*from.memory, 0, values.bytes());
  return values;
}

void Variables::set(const std::string& name, const Array& values) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    Entry entry{
        values.type(), {}, true, Where::current(), backend_->allocate(align_up(values.type().bytes()))};
    backend_->write(*entry.memory, 0, values.bytes());
    entries_.emplace(name, std::move(entry));
    return;
  }
  if (found->second.type != values.type()) {
    throw Error(fmt::format("variable {} is {}, but {} is to be written to it", name,
                            to_string(found->second.type), to_string(values.type())));
  }
  backend_->write(*found->second.memory, 0, values.bytes());
}

}  // namespace heed
