-- What the scripts of nvim.test.mjs share: a client, ways to wait, and to write down what was seen. Neovim 0.7 is enough.
-- Environment: SERVER (command line as JSON), PLACES (JSON: where to edit and to ask, and texts of files), RESULT (file for what was seen).
local session = { places = vim.json.decode(os.getenv('PLACES')), result = { errors = {}, took = {}, progress = {} } }
local result = session.result
local published = {}
local id

function session.wait(what, condition)
  assert(vim.wait(40000, condition, 5), 'waited in vain for ' .. what)
end

function session.attach(buffer)
  vim.lsp.buf_attach_client(buffer, id)
  session.wait('diagnostics of ' .. vim.api.nvim_buf_get_name(buffer), function() return published[vim.uri_from_bufnr(buffer)] end)
end

-- A buffer for a file with a text that is not on disk.
function session.create(file, text)
  local buffer = vim.fn.bufadd(vim.fn.getcwd() .. '/' .. file)
  vim.fn.bufload(buffer)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, true, vim.split(text, '\n'))
  session.attach(buffer)
  return buffer
end

function session.count(what, buffer, wanted)
  session.wait(what, function() return #vim.diagnostic.get(buffer) == wanted end)
end

-- By hand, where this Neovim has no function for it.
function session.ask(method, buffer, params)
  params.textDocument = { uri = vim.uri_from_bufnr(buffer) }
  local answer = assert(session.client.request_sync(method, params, 40000, buffer), method .. ' was not answered')
  assert(answer.err == nil, method .. ': ' .. vim.inspect(answer.err))
  return answer.result
end

function session.configure(settings)
  session.client.config.settings = { mmReview = settings }
  session.client.notify('workspace/didChangeConfiguration', { settings = session.client.config.settings })
end

-- A step, and how long it took.
function session.step(name, play)
  local start = vim.loop.hrtime()
  play()
  table.insert(result.took, ('%s %d ms'):format(name, (vim.loop.hrtime() - start) / 1e6))
end

local function start()
  local capabilities = vim.lsp.protocol.make_client_capabilities()
  capabilities.textDocument.inlayHint = { dynamicRegistration = false }
  capabilities.textDocument.documentLink = { dynamicRegistration = false }
  vim.opt.swapfile = false
  vim.opt.hidden = true
  vim.lsp.commands['mmReview.showPlaces'] = function() end
  id = assert(vim.lsp.start_client({
    name = 'mm-review',
    cmd = vim.json.decode(os.getenv('SERVER')),
    root_dir = vim.fn.getcwd(),
    capabilities = capabilities,
    init_options = { commands = { 'mmReview.showPlaces' } },
    get_language_id = function(buffer) return vim.api.nvim_buf_get_name(buffer):match('%.litmus$') and 'mm-litmus' or 'c' end,
    on_error = function(code, problem) table.insert(result.errors, tostring(code) .. ': ' .. vim.inspect(problem)) end,
    handlers = {
      ['textDocument/publishDiagnostics'] = function(error, params, context, config)
        vim.lsp.diagnostic.on_publish_diagnostics(error, params, context, config)
        published[params.uri] = true
      end,
      ['$/progress'] = function(_, params)
        if params.value.kind ~= 'report' then table.insert(result.progress, params.value.title or params.value.kind) end
      end,
    },
  }))
  session.step('open', function() session.attach(vim.api.nvim_get_current_buf()) end)
  session.client = vim.lsp.get_client_by_id(id)
end

-- Plays a script with a server of its own, writes down what was seen, and leaves.
function session.run(play)
  local ok, problem = pcall(function()
    start()
    play()
    session.client.stop()
  end)
  if not ok then table.insert(result.errors, tostring(problem)) end
  vim.fn.writefile({ vim.json.encode(result) }, os.getenv('RESULT'))
  vim.cmd('qa!')
end

return session
