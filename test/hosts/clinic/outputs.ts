// What commands print on machines that do not exist, written for these tests.

export const lmhostid = `lmutil - Copyright (c) 1989-2024 Flexera. All Rights Reserved.
The FlexNet host ID of this machine is "d4ae52c81f07"
`

export const lmhostidSeveral = `lmutil - Copyright (c) 1989-2019 Flexera. All Rights Reserved.
The FlexNet host ID of this machine is ""d4ae52c81f07 005056c00001 0a0027000011""

Only use ONE from the list of hostids.
`

export const lmhostidVm = `C:\\> lmutil lmhostid -ptype VM -uuid
lmutil - Copyright (c) 1989-2021 Flexera. All Rights Reserved.
The FlexNet host ID of this machine is "VM_UUID=564D1A2B-3C4D-5E6F-7081-92A3B4C5D6E7"
`

export const ipconfigEnglish = `
Windows IP Configuration

   Host Name . . . . . . . . . . . . : LYO-CAD-31
   Primary Dns Suffix  . . . . . . . : lemaire.example
   Node Type . . . . . . . . . . . . : Hybrid

Ethernet adapter Ethernet:

   Connection-specific DNS Suffix  . : lemaire.example
   Description . . . . . . . . . . . : Intel(R) Ethernet Connection (7) I219-LM
   Physical Address. . . . . . . . . : D4-AE-52-C8-1F-07
   DHCP Enabled. . . . . . . . . . . : Yes
   Link-local IPv6 Address . . . . . : fe80::9d1c:45f1:22aa:1c0d%11(Preferred)
   IPv4 Address. . . . . . . . . . . : 192.0.2.31(Preferred)
   DHCPv6 IAID . . . . . . . . . . . : 114077266
   DHCPv6 Client DUID. . . . . . . . : 00-01-00-01-2A-3B-4C-5D-D4-AE-52-C8-1F-07

Ethernet adapter VirtualBox Host-Only Network:

   Connection-specific DNS Suffix  . :
   Description . . . . . . . . . . . : VirtualBox Host-Only Ethernet Adapter
   Physical Address. . . . . . . . . : 0A-00-27-00-00-11
   IPv4 Address. . . . . . . . . . . : 192.168.56.1(Preferred)

Ethernet adapter VMware Network Adapter VMnet8:

   Description . . . . . . . . . . . : VMware Virtual Ethernet Adapter for VMnet8
   Physical Address. . . . . . . . . : 00-50-56-C0-00-08

Ethernet adapter Ethernet 3:

   Media State . . . . . . . . . . . : Media disconnected
   Description . . . . . . . . . . . : Realtek USB GbE Family Controller
   Physical Address. . . . . . . . . : 00-E0-4C-68-0A-12

Unknown adapter Local Area Connection:

   Media State . . . . . . . . . . . : Media disconnected
   Description . . . . . . . . . . . : TAP-Windows Adapter V9
   Physical Address. . . . . . . . . : 00-FF-A1-B2-C3-D4

Wireless LAN adapter Wi-Fi:

   Description . . . . . . . . . . . : Intel(R) Wi-Fi 6 AX201 160MHz
   Physical Address. . . . . . . . . : 3C-58-C2-11-22-33

Ethernet adapter Bluetooth Network Connection:

   Media State . . . . . . . . . . . : Media disconnected
   Description . . . . . . . . . . . : Bluetooth Device (Personal Area Network)
   Physical Address. . . . . . . . . : 3C-58-C2-11-22-37

Tunnel adapter Teredo Tunneling Pseudo-Interface:

   Physical Address. . . . . . . . . : 00-00-00-00-00-00-00-E0
`

export const ipconfigFrench = `
Configuration IP de Windows

   Nom de l'hôte . . . . . . . . . . : GRE-ETUDES-04
   Suffixe DNS principal . . . . . . :

Carte réseau sans fil Wi-Fi :

   Description. . . . . . . . . . . . . . : Qualcomm Atheros QCA9377 Wireless Network Adapter
   Adresse physique . . . . . . . . . . . : 58-00-E3-AA-BB-01
   Adresse IPv4. . . . . . . . . . . . . .: 192.0.2.44(préféré)

Carte Ethernet Ethernet :

   Statut du média. . . . . . . . . . . . : Média déconnecté
   Description. . . . . . . . . . . . . . : Realtek PCIe GbE Family Controller
   Adresse physique . . . . . . . . . . . : 8C-16-45-77-88-99
   DHCP activé. . . . . . . . . . . . . . : Oui

Carte Ethernet vEthernet (Default Switch) :

   Description. . . . . . . . . . . . . . : Hyper-V Virtual Ethernet Adapter
   Adresse physique . . . . . . . . . . . : 00-15-5D-3A-40-10
`

export const ipconfigGerman = `
Windows-IP-Konfiguration

   Hostname  . . . . . . . . . . . . : STR-KONSTR-09

Ethernet-Adapter Ethernet:

   Beschreibung. . . . . . . . . . . : Broadcom NetXtreme Gigabit Ethernet
   Physische Adresse . . . . . . . . : B0-83-FE-61-52-43
   IPv4-Adresse  . . . . . . . . . . : 192.0.2.9(Bevorzugt)

Drahtlos-LAN-Adapter WLAN:

   Medienstatus. . . . . . . . . . . : Medium getrennt
   Beschreibung. . . . . . . . . . . : Intel(R) Dual Band Wireless-AC 8265
   Physische Adresse . . . . . . . . : 7C-2A-31-0F-0E-0D

Ethernet-Adapter vEthernet (WSL):

   Beschreibung. . . . . . . . . . . : Hyper-V Virtual Ethernet Adapter #2
   Physische Adresse . . . . . . . . : 00-15-5D-01-02-03
`

export const ipLink = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
2: eno1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP mode DEFAULT group default qlen 1000
    link/ether 24:6e:96:1a:2b:3c brd ff:ff:ff:ff:ff:ff
    altname enp4s0f0
3: eno2: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc mq state DOWN mode DEFAULT group default qlen 1000
    link/ether 24:6e:96:1a:2b:3d brd ff:ff:ff:ff:ff:ff
4: wlp5s0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DORMANT group default qlen 1000
    link/ether 9a:bc:de:01:02:03 brd ff:ff:ff:ff:ff:ff permaddr e8:6a:64:01:02:03
5: docker0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN mode DEFAULT group default
    link/ether 02:42:7d:90:11:22 brd ff:ff:ff:ff:ff:ff
7: veth3f0a1c2@if6: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master docker0 state UP mode DEFAULT group default
    link/ether 8e:5f:10:20:30:40 brd ff:ff:ff:ff:ff:ff link-netnsid 0
`

export const ipAddr = `2: ens192: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000
    link/ether 00:50:56:a1:b2:c3 brd ff:ff:ff:ff:ff:ff
    inet 192.0.2.17/24 brd 192.0.2.255 scope global ens192
       valid_lft forever preferred_lft forever
    inet6 fe80::250:56ff:fea1:b2c3/64 scope link
       valid_lft forever preferred_lft forever
`

export const ifconfigMac = `lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384
	inet 127.0.0.1 netmask 0xff000000
en0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500
	options=6463<RXCSUM,TXCSUM,TSO4,TSO6,CHANNEL_IO>
	ether a4:83:e7:0a:1b:2c
	inet6 fe80::1c3a:55ff:fe10:2030%en0 prefixlen 64 secured scopeid 0xb
	inet 192.0.2.61 netmask 0xffffff00 broadcast 192.0.2.255
	media: autoselect
	status: active
awdl0: flags=8943<UP,BROADCAST,RUNNING,PROMISC,SIMPLEX,MULTICAST> mtu 1484
	ether 6e:11:22:33:44:55
	status: active
bridge0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500
	ether 36:f1:0a:0b:0c:00
	status: inactive
utun0: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 1380
`

export const ifconfigOld = `eth0      Link encap:Ethernet  HWaddr 00:1E:C9:4D:5E:6F
          inet addr:192.0.2.5  Bcast:192.0.2.255  Mask:255.255.255.0
          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1

virbr0    Link encap:Ethernet  HWaddr 52:54:00:9A:8B:7C
          inet addr:192.168.122.1  Bcast:192.168.122.255  Mask:255.255.255.0
`

export const getmac = `
Physical Address    Transport Name
=================== ==========================================================
D4-AE-52-C8-1F-07   \\Device\\Tcpip_{11111111-2222-3333-4444-555555555555}
3C-58-C2-11-22-33   Media disconnected
`

export const getmacVerbose = `
Connection Name Network Adapter Physical Address    Transport Name
=============== =============== =================== ==========================================================
Ethernet        Intel(R) Ethern D4-AE-52-C8-1F-07   \\Device\\Tcpip_{11111111-2222-3333-4444-555555555555}
Wi-Fi           Intel(R) Wi-Fi  3C-58-C2-11-22-33   Media disconnected
VPN - Office    TAP-Windows Ada 00-FF-A1-B2-C3-D4   Media disconnected
`

export const getmacList = `
Connection Name:  Ethernet
Network Adapter:  Intel(R) Ethernet Connection I219-LM
Physical Address: D4-AE-52-C8-1F-07
Transport Name:   \\Device\\Tcpip_{11111111-2222-3333-4444-555555555555}

Connection Name:  vEthernet (WSL)
Network Adapter:  Hyper-V Virtual Ethernet Adapter
Physical Address: 00-15-5D-01-02-03
Transport Name:   \\Device\\Tcpip_{66666666-2222-3333-4444-555555555555}
`

export const vol = ` Volume in drive C is System
 Volume Serial Number is 1A2B-3C4D
`

export const volFrench = ` Le volume dans le lecteur C s'appelle Windows
 Le numéro de série du volume est 9F0E-11AA
`

export const hostid = `$ hostid
7f0101ac
`
